import * as inputs from './inputs.ts';
import { operation } from './operation.ts';

export const DescribeRegistries = operation(inputs.describeRegistries, ({ world, accountId }) => {
  const names = [...world.aliases].filter(([, account]) => account === accountId);
  return {
    registries: [
      {
        registryId: accountId,
        registryArn: `arn:aws:ecr-public::${accountId}:registry/${accountId}`,
        registryUri: `public.ecr.aws/${names[0]?.[0] ?? accountId}`,
        verified: false,
        aliases: names.map(([name], index) => ({
          name,
          status: 'ACTIVE',
          primaryRegistryAlias: index === 0,
          defaultRegistryAlias: index === 0,
        })),
      },
    ],
  };
});
