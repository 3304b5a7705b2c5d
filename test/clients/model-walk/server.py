"""The local ECR, started by its command line, and boto3 clients that send it what no validation has seen."""

import json
import os
import subprocess
from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# No configuration, profile or instance of the machine's may take part.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
# One for all clients: it reads the models once.
SESSION = boto3.session.Session()


class Server:
    """One running local ECR: `with Server(main, "--repository", "team/app") as server`. `main` is its command line."""

    def __init__(self, main, *options):
        self.process = subprocess.Popen([*main, *options], stdout=subprocess.PIPE, text=True)
        self.environment = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def variables(self):
        """Those that its README has a shell export; waits for them."""
        if self.environment is None:
            self.environment = {}
            for line in self.process.stdout:
                if line.startswith("export "):
                    name, value = line.removeprefix("export ").strip().split("=", 1)
                    self.environment[name] = value
                if "AWS_REGION" in self.environment:
                    break
            else:
                raise RuntimeError("the local ECR did not start")
        return self.environment


@dataclass
class Answer:
    status: int
    headers: dict
    # As it was on the wire.
    body: object
    # What boto3 raised.
    error: ClientError | None

    def name(self):
        """The exception's name; `ok` for an output."""
        return "ok" if self.error is None else self.error.response["Error"]["Code"]

    def message(self):
        return self.body.get("message", "") if isinstance(self.body, dict) else ""


class Client:
    """Calls of one service. boto3 signs, sends, parses and raises; what the body is, the caller says."""

    def __init__(self, server, service, region="us-east-1"):
        variables = server.variables()
        config = Config(
            parameter_validation=False,
            proxies={},
            read_timeout=30,
            retries={"total_max_attempts": 1, "mode": "standard"},
        )
        url = variables["AWS_ENDPOINT_URL_ECR"]
        self.server = server
        self.service = service
        self.boto = SESSION.client(
            service,
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            config=config,
            endpoint_url=url,
            region_name=region,
        )
        self.model = self.boto.meta.service_model
        self.methods = {call: method for method, call in self.boto.meta.method_to_api_mapping.items()}
        self._sent = None
        self._received = None
        events = self.boto.meta.events
        events.register(f"before-call.{service}", self._replace_body)
        events.register(f"before-parse.{service}", self._keep_answer)

    def _replace_body(self, params, **_):
        params["body"] = self._sent

    def _keep_answer(self, response_dict, **_):
        self._received = dict(response_dict)

    def send(self, call, body):
        """`body` as bytes, or as what JSON can hold."""
        self._sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._received = None
        error = None
        try:
            getattr(self.boto, self.methods[call])()
        except ClientError as raised:
            error = raised
        received = self._received
        return Answer(received["status_code"], received["headers"], json.loads(received["body"]), error)

    def do(self, call, body):
        """A call that must succeed: what the walk needs to be there."""
        answer = self.send(call, body)
        if answer.error is not None:
            raise RuntimeError(f"{self.service} {call} was to succeed: {answer.error}")
        return answer.body

    def exception(self, name):
        """boto3's class for a modelled error; None if there is none of its own."""
        return getattr(self.boto.exceptions, name, None)
