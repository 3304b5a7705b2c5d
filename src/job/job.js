/** The job itself, which is large, and which all ways in share. In dist it is a separate file: `load-job.js`. */
export { runJob } from './run-job.ts';
