/** Of this action, as package.json has it: reports name it. */
export const VERSION = '1.0.0';
