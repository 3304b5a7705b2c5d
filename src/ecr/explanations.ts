import type { ErrorCode } from '../errors.ts';

export interface Explanation {
  /** Names that AWS, Node or the SDK give to this error. */
  readonly names: readonly string[];
  readonly code: ErrorCode;
  /** One sentence, in which `valuesOf` gives the words for `{call}` and the like; the cause's text follows. */
  readonly says: string;
  readonly hint: string;
}

/**
 * Every error that ends a push, matched by name and never by text, which AWS has changed before
 * (https://github.com/GoogleContainerTools/kaniko/issues/3481).
 */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    names: ['RepositoryNotFoundException'],
    code: 'REPOSITORY_NOT_FOUND',
    says: '{call}: there is no {repository}',
    hint: 'Check {where}. To have it made, set create-repository: true.',
  },
  {
    names: ['RegistryNotFoundException'],
    code: 'REGISTRY_NOT_FOUND',
    says: '{call}: the registry of {repository} does not exist',
    hint: 'Check the alias or account id in front of the repository name.',
  },
  {
    names: ['UnsupportedCommandException', 'UnknownOperationException'],
    code: 'UNSUPPORTED_COMMAND',
    says: '{call}: the endpoint for {repository} does not offer this call',
    hint: 'ECR Public answers in us-east-1 only; check AWS_ENDPOINT_URL and its variants.',
  },
  {
    names: ['AccessDeniedException'],
    code: 'ACCESS_DENIED',
    says: '{call}: the credentials lack a permission on {repository}',
    hint: 'Allow {action} on {arn}; for a repository of another account, its repository policy must allow it too.',
  },
  {
    // STS answers so, before any call to ECR.
    names: [
      'AccessDenied',
      'IDPCommunicationErrorException',
      'IDPRejectedClaimException',
      'InvalidIdentityTokenException',
      'RegionDisabledException',
    ],
    code: 'ROLE_REFUSED',
    says: '{call}: AWS gave no credentials for the role that the environment names',
    hint: "Check the role's ARN and its trust policy, and in a job that uses OIDC the permission id-token: write.",
  },
  {
    names: ['CredentialsProviderError', 'TokenProviderError'],
    code: 'NO_CREDENTIALS',
    says: '{call}: no AWS credentials were found',
    hint: 'Run aws-actions/configure-aws-credentials before this step, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the runner a role.',
  },
  {
    names: ['ExpiredTokenException', 'ExpiredToken', 'TokenRefreshRequired', 'RequestExpired'],
    code: 'CREDENTIALS_EXPIRED',
    says: '{call}: the AWS credentials have expired',
    hint: 'Run aws-actions/configure-aws-credentials right before this step, and ask it for a longer role-duration-seconds.',
  },
  {
    names: [
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'IncompleteSignature',
      'IncompleteSignatureException',
      'MissingAuthenticationTokenException',
    ],
    code: 'CREDENTIALS_INVALID',
    says: '{call}: AWS does not know these credentials',
    hint: 'Check the access key, the session token that belongs to it, and that both are of the partition that {region} is in.',
  },
  {
    names: [
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'RequestTimeTooSkewed',
      'RequestInTheFuture',
    ],
    code: 'SIGNATURE_REFUSED',
    says: '{call}: AWS refused the request signature',
    hint: 'Check the secret access key and the clock of the runner.',
  },
  {
    names: ['LimitExceededException'],
    code: 'LIMIT_EXCEEDED',
    says: '{call}: {repository} has reached a quota',
    hint: 'Delete images or tags, add a lifecycle policy, or have the quota raised.',
  },
  {
    names: ['KmsException'],
    code: 'KMS',
    says: '{call}: the KMS key of {repository} cannot be used',
    hint: 'Enable the key, and restore the grants that ECR made when the repository was created.',
  },
  {
    names: [
      'InvalidParameterException',
      'ValidationException',
      'SerializationException',
      'InvalidTagParameterException',
      'TooManyTagsException',
    ],
    code: 'INVALID_PARAMETER',
    says: '{call}: ECR refused a parameter for {repository}',
    hint: "ECR's own text says which one.",
  },
  {
    names: ['LayersNotFoundException'],
    code: 'LAYERS_NOT_FOUND',
    says: '{call}: ECR misses layers in {repository} that it had taken before',
    hint: 'Run the step again; if it happens again, open an issue with the log.',
  },
  {
    names: ['ReferencedImagesNotFoundException'],
    code: 'REFERENCED_IMAGES_NOT_FOUND',
    says: '{call}: ECR misses images of the index in {repository} that it had taken before',
    hint: 'Run the step again; if it happens again, open an issue with the log.',
  },
  {
    names: ['LayerPartTooSmallException', 'EmptyUploadException'],
    code: 'UPLOAD_REFUSED',
    says: '{call}: ECR refused the parts of a layer of {repository}',
    hint: 'This should not happen. Run the step again; if it happens again, open an issue with the log.',
  },
  {
    names: ['ImageDigestDoesNotMatchException'],
    code: 'MANIFEST_CHANGED',
    says: '{call}: a manifest for {repository} did not arrive as it was sent',
    hint: 'Something between the runner and ECR changes the data: check the proxy. If there is none, open an issue with the log.',
  },
  {
    names: [
      'ThrottlingException',
      'Throttling',
      'TooManyRequestsException',
      'RequestLimitExceeded',
    ],
    code: 'THROTTLED',
    says: '{call}: AWS kept throttling the calls for {repository}',
    hint: 'Run fewer pushes of this account and region at once, or have the rate quota raised.',
  },
  {
    names: [
      'ServerException',
      'InternalFailure',
      'InternalServerError',
      'ServiceUnavailable',
      'ServiceUnavailableException',
    ],
    code: 'SERVER_ERROR',
    says: '{call}: ECR failed, again and again, for {repository}',
    hint: 'Run the step again later; https://health.aws.amazon.com/ tells about outages.',
  },
  {
    names: ['ERR_INVALID_URL', 'EndpointError'],
    code: 'INVALID_ENDPOINT',
    says: '{call}: the address that is set for the ECR endpoint cannot be used',
    hint: 'Check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_ECR and AWS_ENDPOINT_URL_ECR_PUBLIC: each begins with https://, and goes neither with AWS_USE_FIPS_ENDPOINT nor with AWS_USE_DUALSTACK_ENDPOINT.',
  },
  {
    names: ['ENOTFOUND', 'EAI_AGAIN'],
    code: 'HOST_NOT_FOUND',
    says: '{call}: the host of the ECR endpoint for {region} was not found',
    hint: 'Check the region, the DNS of the runner and AWS_ENDPOINT_URL; behind a proxy, check its settings.',
  },
  {
    names: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'],
    code: 'CONNECTION_REFUSED',
    says: '{call}: the ECR endpoint for {region} cannot be reached',
    hint: 'Check the firewall, the VPC endpoint and the proxy of the runner, and AWS_ENDPOINT_URL where it is set.',
  },
  {
    names: [
      'TimeoutError',
      'RequestTimeout',
      'RequestTimeoutException',
      'ETIMEDOUT',
      'ECONNRESET',
      'EPIPE',
    ],
    code: 'CONNECTION_LOST',
    says: '{call}: the connection to ECR in {region} broke or stood still, again and again',
    hint: 'Run the step again: layers that arrived are not sent again. Check the network of the runner if it happens often.',
  },
  {
    names: [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_GET_ISSUER_CERT',
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_REVOKED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    code: 'CERTIFICATE_REFUSED',
    says: '{call}: the TLS certificate of the ECR endpoint for {region} is not trusted',
    hint: "If a proxy opens TLS, name its CA's file in NODE_EXTRA_CA_CERTS.",
  },
  {
    names: ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    code: 'TLS_FAILED',
    says: '{call}: what answers for the ECR endpoint for {region} does not speak TLS',
    hint: 'Check whether AWS_ENDPOINT_URL and the proxy are to begin with http:// or https://, and what opens TLS on the way.',
  },
  {
    names: ['ProxyError'],
    code: 'PROXY_REFUSED',
    says: '{call}: the proxy did not lead to the ECR endpoint for {region}',
    hint: 'Check the user and password in https-proxy or HTTPS_PROXY, and that the proxy lets this host through; NO_PROXY names hosts to reach without it.',
  },
];

export const UNEXPECTED: Explanation = {
  names: [],
  code: 'UNEXPECTED_RESPONSE',
  says: '{call}: an error that this action does not know, for {repository}',
  hint: 'Open an issue with the log.',
};
