import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flawOf } from '../../../src/ecr/calls/answer-flaws.ts';

const sound: readonly [call: string, answer: Record<string, unknown>][] = [
  ['BatchCheckLayerAvailability', { layers: [{}], failures: [{}] }],
  ['BatchCheckLayerAvailability', { layers: [] }],
  ['BatchCheckLayerAvailability', { failures: [], layers: null }],
  ['InitiateLayerUpload', { uploadId: 'a0b1-2', partSize: 10_485_760 }],
  ['InitiateLayerUpload', { uploadId: 'a', partSize: 'abc' }],
  ['UploadLayerPart', { lastByteReceived: -1 }],
  ['UploadLayerPart', { lastByteReceived: 51_999_999_999 }],
  ['CompleteLayerUpload', { layerDigest: 'sha256:a' }],
  ['PutImage', {}],
  ['PutImage', { image: {} }],
  ['BatchGetImage', { images: [] }],
  ['DescribeImages', { imageDetails: [{}] }],
  ['DescribeRepositories', { repositories: [{}] }],
  ['CreateRepository', { repository: { repositoryName: 'team/app' } }],
  ['PutLifecyclePolicy', { lifecyclePolicyText: '{}' }],
  ['SetRepositoryPolicy', { policyText: '{}' }],
  ['TagResource', { anything: [null] }],
];

for (const [call, answer] of sound) {
  test(`${JSON.stringify(answer)} is an answer to ${call}`, () => {
    assert.equal(flawOf(call, answer), undefined);
  });
}

const flawed: readonly [call: string, answer: Record<string, unknown>, flaw: string][] = [
  ['BatchCheckLayerAvailability', {}, 'no layers and no failures'],
  ['BatchCheckLayerAvailability', { layers: {} }, 'layers that is no list'],
  ['BatchCheckLayerAvailability', { layers: [null] }, 'layers that holds what is no object'],
  [
    'BatchCheckLayerAvailability',
    { layers: [], failures: ['a'] },
    'failures that holds what is no object',
  ],
  ['InitiateLayerUpload', {}, 'no uploadId'],
  ['InitiateLayerUpload', { uploadId: '' }, 'no uploadId'],
  ['InitiateLayerUpload', { uploadId: 7 }, 'no uploadId'],
  ['InitiateLayerUpload', { uploadId: 'a\n::error::' }, 'an uploadId that is none'],
  ['InitiateLayerUpload', { uploadId: 'a'.repeat(1025) }, 'an uploadId that is none'],
  ['UploadLayerPart', {}, 'no lastByteReceived'],
  ['UploadLayerPart', { lastByteReceived: null }, 'no lastByteReceived'],
  ['UploadLayerPart', { lastByteReceived: 0.5 }, 'a lastByteReceived that is no position'],
  ['UploadLayerPart', { lastByteReceived: '7' }, 'a lastByteReceived that is no position'],
  ['UploadLayerPart', { lastByteReceived: -2 }, 'a lastByteReceived that is no position'],
  ['UploadLayerPart', { lastByteReceived: 1e300 }, 'a lastByteReceived that is no position'],
  ['CompleteLayerUpload', {}, 'no layerDigest'],
  ['PutImage', { image: [] }, 'image that is no object'],
  ['BatchGetImage', { failures: null }, 'no images and no failures'],
  ['DescribeImages', { imageDetails: 'a' }, 'imageDetails that is no list'],
  ['DescribeRepositories', { repositories: [[]] }, 'repositories that holds what is no object'],
  ['CreateRepository', {}, 'no repository'],
  ['CreateRepository', { repository: 'a' }, 'no repository'],
  ['CreateRepository', { repository: {} }, 'no repositoryName'],
  ['DescribeImages', {}, 'no imageDetails'],
  ['DescribeRepositories', {}, 'no repositories'],
  ['GetLifecyclePolicy', {}, 'no lifecyclePolicyText'],
  ['GetRepositoryPolicy', {}, 'no policyText'],
  ['PutLifecyclePolicy', {}, 'no lifecyclePolicyText'],
  ['SetRepositoryPolicy', { policyText: 7 }, 'no policyText'],
];

for (const [call, answer, flaw] of flawed) {
  test(`${JSON.stringify(answer).slice(0, 60)} is none to ${call}: it has ${flaw}`, () => {
    assert.equal(flawOf(call, answer), flaw);
  });
}
