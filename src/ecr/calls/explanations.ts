import type { ErrorCode } from '../../errors.ts';

export interface Explanation {
  /** Names that AWS, Node or the SDK give to this error. */
  readonly names: readonly string[];
  readonly code: ErrorCode;
  /** One clause; `explain` fills in `{call}` and the like and appends the original error. */
  readonly says: string;
}

/** AWS's error names for throttling. */
export const THROTTLING: readonly string[] = [
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
];

/**
 * Every error that ends a push, matched by name and never by text, which AWS has changed before
 * (https://github.com/GoogleContainerTools/kaniko/issues/3481).
 */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    names: ['RepositoryNotFoundException'],
    code: 'REPOSITORY_NOT_FOUND',
    says: '{call}: {repository} does not exist',
  },
  {
    names: ['RegistryNotFoundException'],
    code: 'REGISTRY_NOT_FOUND',
    says: '{call}: the registry of {repository} does not exist',
  },
  {
    names: ['UnsupportedCommandException', 'UnknownOperationException'],
    code: 'INVALID_ENDPOINT',
    says: '{call}: the endpoint for {repository} does not offer this call',
  },
  {
    names: ['AccessDeniedException'],
    code: 'ACCESS_DENIED',
    says: '{call}: the credentials lack a permission on {repository}',
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
    says: '{call}: AWS refused to issue credentials for the role in the environment',
  },
  {
    names: ['CredentialsProviderError', 'TokenProviderError'],
    code: 'NO_CREDENTIALS',
    says: '{call}: no AWS credentials were found',
  },
  {
    names: ['ExpiredTokenException', 'ExpiredToken', 'TokenRefreshRequired', 'RequestExpired'],
    code: 'CREDENTIALS_EXPIRED',
    says: '{call}: the AWS credentials have expired',
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
    says: '{call}: AWS does not recognize these credentials',
  },
  {
    names: [
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'RequestTimeTooSkewed',
      'RequestInTheFuture',
    ],
    code: 'CREDENTIALS_INVALID',
    says: '{call}: AWS refused the request signature',
  },
  {
    names: ['LimitExceededException'],
    code: 'LIMIT_EXCEEDED',
    says: '{call}: {repository} has reached a quota',
  },
  {
    names: ['KmsException'],
    code: 'KMS',
    says: '{call}: the KMS key of {repository} cannot be used',
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
  },
  {
    names: ['LayersNotFoundException'],
    code: 'UPLOAD_FAILED',
    says: '{call}: ECR cannot find layers in {repository} that it accepted earlier',
  },
  {
    names: ['ReferencedImagesNotFoundException'],
    code: 'UPLOAD_FAILED',
    says: '{call}: ECR cannot find images of the index in {repository} that it accepted earlier',
  },
  {
    names: ['LayerPartTooSmallException', 'EmptyUploadException'],
    code: 'UPLOAD_FAILED',
    says: '{call}: ECR refused the parts of a layer in {repository}',
  },
  {
    names: ['ImageDigestDoesNotMatchException'],
    code: 'UPLOAD_FAILED',
    says: '{call}: a manifest was altered on its way to {repository}',
  },
  {
    names: THROTTLING,
    code: 'THROTTLED',
    says: '{call}: AWS throttled the call to {repository}',
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
    says: '{call}: ECR answered with a server error for {repository}',
  },
  {
    names: ['ERR_INVALID_URL', 'EndpointError'],
    code: 'INVALID_ENDPOINT',
    says: '{call}: the configured ECR endpoint is not a usable address',
  },
  {
    names: ['EMFILE', 'ENFILE'],
    code: 'TOO_MANY_OPEN_FILES',
    says: '{call}: the system allows no further connection',
  },
  {
    names: ['ENOTFOUND', 'EAI_AGAIN'],
    code: 'HOST_NOT_FOUND',
    says: '{call}: the host of the ECR endpoint for {region} was not found',
  },
  {
    names: ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH'],
    code: 'CONNECTION_REFUSED',
    says: '{call}: the ECR endpoint for {region} cannot be reached',
  },
  {
    names: [
      'TimeoutError',
      'RequestTimeout',
      'RequestTimeoutException',
      'ETIMEDOUT',
      'ECONNABORTED',
      'ECONNRESET',
      'EPIPE',
      'ERR_STREAM_PREMATURE_CLOSE',
    ],
    code: 'CONNECTION_LOST',
    says: '{call}: the connection to ECR in {region} broke or stalled',
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
  },
  {
    names: ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    code: 'INVALID_ENDPOINT',
    says: '{call}: the ECR endpoint for {region} does not speak TLS',
  },
  {
    names: ['GarbledAnswer', 'HPE_INVALID'],
    code: 'UNEXPECTED_RESPONSE',
    says: '{call}: the answer from ECR in {region} makes no sense',
  },
  {
    names: ['NotEcr'],
    code: 'INVALID_ENDPOINT',
    says: '{call}: what answered in the place of ECR in {region} is not ECR',
  },
  {
    names: ['ProxyError'],
    code: 'PROXY_REFUSED',
    says: '{call}: the proxy did not connect to the ECR endpoint for {region}',
  },
];

export const UNEXPECTED: Explanation = {
  names: [],
  code: 'UNEXPECTED_RESPONSE',
  says: '{call}: ECR returned an error for {repository} that this action does not recognize',
};
