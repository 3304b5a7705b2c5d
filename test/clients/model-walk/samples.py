"""Inputs that succeed, one for each call, and what must be there for them."""

import base64
import hashlib
import itertools
import json

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
MISSING_UPLOAD = "00000000-0000-0000-0000-000000000000"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
LIFECYCLE = json.dumps({"rules": []}).ljust(100)
REPOSITORY = "team/app"
ALIAS = "blue"
# What a local ECR is started with.
START = ["--repository", REPOSITORY, "--public-repository", f"{ALIAS}/{REPOSITORY}"]
# Of the default key of the local ECR.
ACCOUNT = "012345678901"


def digest(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def encoded(content):
    return base64.b64encode(content).decode()


def descriptor(content, media_type):
    return {"mediaType": media_type, "digest": digest(content), "size": len(content)}


def manifest(layers=(b"a",), **rest):
    """The text of an image's manifest, whose config is `{}`."""
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(b"{}", "application/vnd.oci.image.config.v1+json"),
            "layers": [descriptor(layer, "application/vnd.oci.image.layer.v1.tar") for layer in layers],
            **rest,
        }
    )


def index(children):
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": [descriptor(child.encode(), MANIFEST) for child in children],
        }
    )


class Stage:
    """One service of one server, with a repository that has images."""

    def __init__(self, client, repository=REPOSITORY):
        self.client = client
        self.service = client.service
        self.repository = repository
        self.numbers = itertools.count()

    def arn(self, repository=None):
        region = "us-east-1" if self.service == "ecr" else ""
        return f"arn:aws:{self.service}:{region}:{ACCOUNT}:repository/{repository or self.repository}"

    def name(self):
        """Of a repository that is not there."""
        return f"team/new{next(self.numbers)}"

    def upload(self, *parts, repository=None):
        """The id of an upload with these parts."""
        target = {"repositoryName": repository or self.repository}
        upload_id = self.client.do("InitiateLayerUpload", target)["uploadId"]
        first = 0
        for part in parts:
            last = first + len(part) - 1
            position = {"partFirstByte": first, "partLastByte": last}
            body = {**target, "uploadId": upload_id, **position, "layerPartBlob": encoded(part)}
            self.client.do("UploadLayerPart", body)
            first = last + 1
        return upload_id

    def push_layer(self, content, repository=None):
        upload_id = self.upload(content, repository=repository)
        target = {"repositoryName": repository or self.repository}
        self.client.do("CompleteLayerUpload", {**target, "uploadId": upload_id, "layerDigests": [digest(content)]})

    def push(self, text, tag=None, repository=None):
        body = {"repositoryName": repository or self.repository, "imageManifest": text}
        self.client.do("PutImage", {**body, "imageTag": tag} if tag else body)

    def fill(self):
        """Layers, an image under `v1`, another one that refers to it, and an index over both, so that outputs are full."""
        for layer in (b"{}", b"a", b"b"):
            self.push_layer(layer)
        image = manifest()
        self.push(image, "v1")
        other = manifest((b"b",), subject=descriptor(image.encode(), MANIFEST), artifactType="application/x")
        self.push(other)
        self.push(index([image, other]), "all")
        policy = {"repositoryName": self.repository, "policyText": POLICY}
        self.client.do("SetRepositoryPolicy", policy)
        self.client.do("TagResource", {"resourceArn": self.arn(), "tags": [{"Key": "team", "Value": "blue"}]})
        if self.service == "ecr":
            body = {"repositoryName": self.repository, "lifecyclePolicyText": LIFECYCLE}
            self.client.do("PutLifecyclePolicy", body)

    def known(self):
        """Values that mean something here, by the name of a member, as `values.Samples` wants them."""
        return {
            "registryId": ACCOUNT,
            "repositoryName": self.repository,
            "repositoryNames[]": self.repository,
            "layerDigests[]": lambda number: digest(str(number).encode()),
            "imageIds[]": {"imageTag": "v1"},
            "acceptedMediaTypes[]": lambda number: (MANIFEST, INDEX, f"application/x{number}")[min(number, 2)],
            "imageManifest": manifest(),
            "imageManifestMediaType": MANIFEST,
            "imageTag": "v2",
            "policyText": POLICY,
            "lifecyclePolicyText": LIFECYCLE,
            "resourceArn": self.arn(),
            "tags[]": lambda number: {"Key": f"k{number}", "Value": "v"},
        }

    def companions(self, member):
        """What must come with a member for its values to mean anything."""
        if member.startswith("imageTagMutabilityExclusionFilters"):
            return {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}
        return {}

    def sample(self, call):
        """An input that succeeds once. None if the walk has none for this call."""
        make = getattr(self, f"_sample_{call}", None)
        return None if make is None else make()

    def _target(self, **rest):
        return {"repositoryName": self.repository, **rest}

    def _sample_BatchCheckLayerAvailability(self):
        return self._target(layerDigests=[digest(b"a"), digest(b"missing"), "none"])

    def _sample_InitiateLayerUpload(self):
        return self._target()

    def _sample_UploadLayerPart(self):
        position = {"partFirstByte": 0, "partLastByte": 2}
        return self._target(uploadId=self.upload(), **position, layerPartBlob=encoded(b"abc"))

    def _sample_CompleteLayerUpload(self):
        content = f"layer {next(self.numbers)}".encode()
        return self._target(uploadId=self.upload(content), layerDigests=[digest(content)])

    def _sample_PutImage(self):
        text = manifest(annotations={"number": str(next(self.numbers))})
        return self._target(imageManifest=text, imageManifestMediaType=MANIFEST)

    def _sample_BatchGetImage(self):
        ids = [{"imageTag": "v1"}, {"imageTag": "none"}, {"imageDigest": "none"}, {}]
        return self._target(imageIds=ids)

    def _sample_BatchDeleteImage(self):
        text = manifest(annotations={"number": str(next(self.numbers))})
        self.push(text)
        return self._target(imageIds=[{"imageDigest": digest(text.encode())}, {"imageTag": "none"}, {}])

    def _sample_DescribeImages(self):
        return self._target()

    def _sample_DescribeRepositories(self):
        return {}

    def _sample_CreateRepository(self):
        return {"repositoryName": self.name()}

    def _sample_DeleteRepository(self):
        name = self.name()
        self.client.do("CreateRepository", {"repositoryName": name})
        return {"repositoryName": name}

    def _sample_SetRepositoryPolicy(self):
        return self._target(policyText=POLICY)

    def _sample_GetRepositoryPolicy(self):
        return self._target()

    def _sample_PutLifecyclePolicy(self):
        return self._target(lifecyclePolicyText=LIFECYCLE)

    def _sample_GetLifecyclePolicy(self):
        return self._target()

    def _sample_TagResource(self):
        return {"resourceArn": self.arn(), "tags": [{"Key": "k", "Value": "v"}]}

    def _sample_ListTagsForResource(self):
        return {"resourceArn": self.arn()}

    def _sample_PutRepositoryCatalogData(self):
        return self._target(catalogData={"description": "An image", "architectures": ["ARM"]})

    def _sample_DescribeRegistries(self):
        return {}
