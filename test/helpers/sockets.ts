/** Which sockets a process holds, from /proc. Linux only; elsewhere the lists are empty. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Socket {
  pid: number;
  protocol: string;
  local: string;
  remote: string;
}

/** The process and everything below it, itself first. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of list('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Command line of a process, its words joined by spaces; empty when it is gone. */
export function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/**
 * TCP and UDP sockets of these processes that reach outside loopback: connected to another machine, or open to calls
 * from one.
 */
export function outsideSockets(pids: readonly number[]): Socket[] {
  return pids.flatMap((pid) => {
    const inodes = new Set(
      list(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1] ?? []),
    );
    return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
      read(`/proc/${pid}/net/${protocol}`)
        .split('\n')
        .slice(1)
        .flatMap((line) => {
          const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
          if (!inodes.has(inode)) return [];
          const inside = isUnset(remote) ? isLoopbackAddress(local) : isLoopbackAddress(remote);
          return inside ? [] : [{ pid, protocol, local, remote }];
        }),
    );
  });
}

/** `0100007F:1F90` is 127.0.0.1:8080: the kernel prints each 32-bit word of an address in the machine's own order. */
export function isLoopbackAddress(address: string): boolean {
  const [hex = ''] = address.split(':');
  if (hex.length === 8) return hex.endsWith('7F');
  const mapped = hex.startsWith('0000000000000000FFFF0000') && hex.endsWith('7F');
  return mapped || hex === '00000000000000000000000001000000';
}

function isUnset(address: string): boolean {
  return /^0+:0000$/.test(address);
}

function parentOf(pid: number): number | undefined {
  // The name, in parentheses, may hold anything; the fields after it do not.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ');
  return fields?.[1] === undefined ? undefined : Number(fields[1]);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
