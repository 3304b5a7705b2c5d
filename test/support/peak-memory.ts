import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Loaded into the action before its own code: at the end it notes the most memory that the process ever held.
 * On Linux that is VmHWM: `resourceUsage().maxRSS` there counts what the process was forked from as well.
 */
function peakMemory(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

process.on('exit', () => {
  const file = process.env['PEAK_MEMORY_FILE'];
  if (file !== undefined) writeFileSync(file, String(peakMemory()));
});
