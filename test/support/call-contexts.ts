import type { CallContext } from '../../src/ecr/calls/exceptions.ts';

/** A call to private ECR, and one to ECR Public, that went wrong. */
export const PRIVATE: CallContext = {
  call: 'PutImage',
  repository: {
    type: 'private',
    registryId: '012345678901',
    region: 'eu-west-1',
    name: 'team/app',
  },
};
export const PUBLIC: CallContext = {
  call: 'PutImage',
  repository: { type: 'public', registryId: 'alias', region: 'us-east-1', name: 'app' },
};
