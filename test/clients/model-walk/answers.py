"""Whether an answer has the form that the models and the protocol give it."""

from oracle import judge_output

# Of the protocol and of every service, in no model.
COMMON_ERRORS = {"AccessDeniedException", "SerializationException"}


def faults_of(client, call, answer):
    """What is not as the model says in an answer, success or error."""
    operation = client.model.operation_model(call)
    name = answer.name()
    status = 200 if name == "ok" else 500 if name == "ServerException" else 400
    if answer.status != status:
        yield f"HTTP {answer.status} with {name}"
    if answer.headers.get("content-type") != "application/x-amz-json-1.1":
        yield f"content type {answer.headers.get('content-type')}"
    if "x-amzn-requestid" not in answer.headers:
        yield "no x-amzn-requestid"
    if name == "ok":
        yield from judge_output(operation.output_shape, answer.body)
        return
    members = dict(answer.body)
    if members.pop("__type", None) != name:
        yield f"__type is not {name}"
    modelled = {error.name: error for error in operation.error_shapes}
    if name in modelled:
        yield from judge_output(modelled[name], members, name)
        if "message" not in members:
            yield f"{name} has no message"
        if type(answer.error) is not client.exception(name):
            yield f"boto3 raised {type(answer.error).__name__} for {name}"
    elif name not in COMMON_ERRORS:
        yield f"{name} is no error of this call: {answer.message()}"
    elif set(members) != {"message"}:
        yield f"{name} has the members {', '.join(members)}"
