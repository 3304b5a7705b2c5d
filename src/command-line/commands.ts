/** The name that the command line goes by. */
export const PROGRAM = 'ecr-layer-push';

export type Command = 'push' | 'plan' | 'index';

interface CommandRow {
  /** What stands for its operands in the help. */
  readonly operand: string;
  /** The input that its operands are, one a line. */
  readonly operandInput: string;
  /** Inputs that the command stands for. */
  readonly sets: Readonly<Record<string, string>>;
  readonly says: string;
  /** What comes below the usage. */
  readonly explains: string;
  /** Each with the comment above it. */
  readonly examples: readonly (readonly [comment: string, line: string])[];
}

export const COMMANDS: Readonly<Record<Command, CommandRow>> = {
  push: {
    operand: 'LAYOUT',
    operandInput: 'layout',
    sets: {},
    says: 'Push the image of an OCI layout, and move the tags to it',
    explains:
      'LAYOUT is the path of an OCI image layout, a directory or a tar, or of a tar of "docker save". Several layouts are merged into one index. Layers that ECR has are not sent, and tags move last.',
    examples: [
      [
        'What "docker buildx build --output type=oci,dest=image.tar ." wrote, under two tags',
        'push image.tar --repository team/app --tag v1 --tag latest',
      ],
      [
        'To two regions: a full reference names its own registry',
        'push image.tar --tag 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1 --tag 123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:v1',
      ],
      [
        'The platforms of a matrix as one index, into a repository that need not exist yet',
        "push 'build/*.tar' --repository team/app --tag v1 --create-repository",
      ],
      [
        'For a script: the digest, from the report',
        'push image.tar --repository team/app --tag v1 --json | jq -r .image.descriptor.digest',
      ],
    ],
  },
  plan: {
    operand: 'LAYOUT',
    operandInput: 'layout',
    sets: { 'dry-run': 'true' },
    says: 'Say what a push would do, and write nothing',
    explains:
      'Takes what push takes, and needs only permissions to read. It fails where the push is certain to fail, such as for an immutable tag.',
    examples: [
      [
        'What would be sent, and which tags would move',
        'plan image.tar --repository team/app --tag v1',
      ],
      [
        'Would anything change?',
        'plan image.tar --repository team/app --tag v1 --json | jq .changed',
      ],
    ],
  },
  index: {
    operand: 'DESCRIPTOR',
    operandInput: 'index-of',
    sets: {},
    says: 'Join images that are in the repository into one index, and move the tags to it',
    explains:
      'DESCRIPTOR is a file that holds the descriptor of an image in the repository, as JSON, or the descriptor itself. Nothing but the index is sent. The same images in any order make the same index.',
    examples: [
      [
        'What runners of several platforms pushed, each with a file that says what',
        "index 'descriptors/*.json' --repository team/app --tag v1",
      ],
    ],
  },
};

export const COMMAND_NAMES: readonly Command[] = ['push', 'plan', 'index'];

export function isCommand(text: string | undefined): text is Command {
  return COMMAND_NAMES.some((name) => name === text);
}
