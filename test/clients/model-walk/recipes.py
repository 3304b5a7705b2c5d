"""How each error that the models give a call is brought about."""

import itertools

from samples import INDEX, MANIFEST, MISSING_UPLOAD, Stage, digest, encoded, index, manifest
from server import Client

MISSING = "team/missing"
ENCRYPTED = "team/encrypted"
FIXED = "team/fixed"


class Provoker:
    """One service. `stage` is on a server as it comes, `strict` on one with low limits and a broken key.

    A method is named after the error, or after the call and the error, and gives a client and the body to send.
    """

    def __init__(self, stage, strict_server, switched):
        self.stage = stage
        self.service = stage.service
        self.strict = Stage(Client(strict_server, stage.service))
        self.switched = switched
        self.clients = {}
        for layer in (b"{}", b"a", b"b"):
            self.strict.push_layer(layer)

    def request(self, call, error, failing):
        """A client and a body that are refused so; None if it is not known how."""
        if self.is_switched(call, error):
            return self._client(failing[error]), self.stage.sample(call)
        make = getattr(self, f"_{call}_{error}", None) or getattr(self, f"_{error}", None)
        return None if make is None else make(call)

    def is_switched(self, call, error):
        """Whether no rule brings it about, only a switch of the command line."""
        return any(
            entry["error"] == error and {"*", f"*:{call}", f"{self.service}:{call}"} & set(entry["calls"])
            for entry in self.switched
        )

    def stale(self, walk):
        """Errors that are said to need a switch, of a call that has no such error or a rule for it."""
        for entry, call in itertools.product(self.switched, walk.per_call):
            error = entry["error"]
            if {f"*:{call}", f"{self.service}:{call}"} & set(entry["calls"]):
                shapes = walk.client.model.operation_model(call).error_shapes
                if error not in {shape.name for shape in shapes} or hasattr(self, f"_{call}_{error}"):
                    yield f"{call} {error} needs no switch, and differences.json says it does"

    def _client(self, server, region="us-east-1"):
        key = (server, region)
        if key not in self.clients:
            self.clients[key] = Client(server, self.service, region)
        return self.clients[key]

    def _with(self, call, stage=None, **members):
        stage = stage or self.stage
        return stage.client, {**stage.sample(call), **members}

    def _InvalidParameterException(self, call):
        members = {
            "DescribeRegistries": {"maxResults": 0},
            "DescribeRepositories": {"maxResults": 0},
            "ListTagsForResource": {"resourceArn": "none"},
            "TagResource": {"resourceArn": "none"},
        }
        return self._with(call, **members.get(call, {"repositoryName": "!"}))

    def _RepositoryNotFoundException(self, call):
        members = {
            "DescribeRepositories": {"repositoryNames": [MISSING]},
            "ListTagsForResource": {"resourceArn": self.stage.arn(MISSING)},
            "TagResource": {"resourceArn": self.stage.arn(MISSING)},
        }
        return self._with(call, **members.get(call, {"repositoryName": MISSING}))

    def _RegistryNotFoundException(self, call):
        return self._with(call, registryId="nobody")

    def _UnsupportedCommandException(self, call):
        return self._client(self.stage.client.server, "eu-west-1"), self.stage.sample(call)

    def _KmsException(self, call):
        return self.strict.client, {**self.stage.sample(call), "repositoryName": ENCRYPTED}

    def _CreateRepository_KmsException(self, call):
        encryption = {"encryptionType": "KMS", "kmsKey": "alias/broken"}
        # In a registry that is not full.
        stage = Stage(self._client(self.strict.client.server, "eu-west-1"))
        return self._with(call, stage, encryptionConfiguration=encryption)

    def _CreateRepository_LimitExceededException(self, call):
        # As many as there may be, in all.
        for _ in range(3):
            self.strict.client.send(call, {"repositoryName": self.strict.name()})
        return self._with(call, self.strict)

    def _CreateRepository_RepositoryAlreadyExistsException(self, call):
        return self._with(call, repositoryName=self.stage.repository)

    def _InvalidTagParameterException(self, call):
        return self._with(call, tags=[{"Key": "aws:team", "Value": "blue"}])

    def _TooManyTagsException(self, call):
        return self._with(call, tags=[{"Key": f"k{number}", "Value": ""} for number in range(51)])

    def _DeleteRepository_RepositoryNotEmptyException(self, call):
        return self._with(call, repositoryName=self.stage.repository)

    def _new_repository(self):
        name = self.stage.name()
        self.stage.client.do("CreateRepository", {"repositoryName": name})
        return name

    def _GetRepositoryPolicy_RepositoryPolicyNotFoundException(self, call):
        return self._with(call, repositoryName=self._new_repository())

    def _GetLifecyclePolicy_LifecyclePolicyNotFoundException(self, call):
        return self._with(call, repositoryName=self._new_repository())

    def _UploadNotFoundException(self, call):
        return self._with(call, uploadId=MISSING_UPLOAD)

    def _UploadLayerPart_InvalidLayerPartException(self, call):
        upload_id = self.stage.upload(b"abc")
        return self._with(call, uploadId=upload_id, partFirstByte=9, partLastByte=11)

    def _UploadLayerPart_LimitExceededException(self, call):
        part = b"a" * 1001
        return self._with(call, self.strict, partLastByte=len(part) - 1, layerPartBlob=encoded(part))

    def _CompleteLayerUpload_InvalidLayerException(self, call):
        return self._with(call, layerDigests=[digest(b"something else")])

    def _CompleteLayerUpload_EmptyUploadException(self, call):
        return self._with(call, uploadId=self.stage.upload())

    def _CompleteLayerUpload_LayerPartTooSmallException(self, call):
        upload_id = self.stage.upload(b"abc", b"def")
        return self._with(call, uploadId=upload_id, layerDigests=[digest(b"abcdef")])

    def _CompleteLayerUpload_LayerAlreadyExistsException(self, call):
        return self._with(call, uploadId=self.stage.upload(b"a"), layerDigests=[digest(b"a")])

    def _PutImage_ImageAlreadyExistsException(self, call):
        return self._with(call, imageManifest=manifest(), imageTag="v1")

    def _PutImage_ImageDigestDoesNotMatchException(self, call):
        return self._with(call, imageDigest=digest(b"something else"))

    def _PutImage_LayersNotFoundException(self, call):
        return self._with(call, imageManifest=manifest((b"missing",)))

    def _PutImage_ReferencedImagesNotFoundException(self, call):
        text = index([manifest((b"missing",))])
        return self._with(call, imageManifest=text, imageManifestMediaType=INDEX)

    def _PutImage_LimitExceededException(self, call):
        text = manifest(annotations={"tags": "one"})
        self.strict.push(text, "first")
        return self._with(call, self.strict, imageManifest=text, imageTag="second")

    def _PutImage_ImageTagAlreadyExistsException(self, call):
        # ECR Public has no setting for it, and so the strict server a switch.
        repository = FIXED if self.service == "ecr" else self.strict.repository
        if repository == FIXED:
            for layer in (b"{}", b"a", b"b"):
                self.strict.push_layer(layer, FIXED)
        self.strict.push(manifest(), "fixed", repository)
        members = {"repositoryName": repository, "imageManifest": manifest((b"b",)), "imageTag": "fixed"}
        return self._with(call, self.strict, **members, imageManifestMediaType=MANIFEST)

    def _DescribeImages_ImageNotFoundException(self, call):
        return self._with(call, imageIds=[{"imageTag": "none"}])
