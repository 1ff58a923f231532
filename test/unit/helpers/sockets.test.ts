import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { isLoopbackAddress, outsideSockets, processTree } from '../../helpers/sockets.ts';

test('addresses as the kernel prints them', () => {
  assert.equal(isLoopbackAddress('0100007F:1F90'), true);
  assert.equal(isLoopbackAddress('010200C0:0050'), false);
  assert.equal(isLoopbackAddress('00000000:1F90'), false);
  assert.equal(isLoopbackAddress('00000000000000000000000001000000:1F90'), true);
  assert.equal(isLoopbackAddress('0000000000000000FFFF00000100007F:1F90'), true);
  assert.equal(isLoopbackAddress('00000000000000000000000000000000:1F90'), false);
});

if (process.platform === 'linux') {
  test('finds a socket that is open to other machines, and not one on loopback', async () => {
    const inside = net.createServer().listen(0, '127.0.0.1');
    const outside = net.createServer().listen(0, '0.0.0.0');
    await Promise.all([once(inside, 'listening'), once(outside, 'listening')]);
    const { port } = outside.address() as net.AddressInfo;
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    try {
      const found = outsideSockets([process.pid]);
      assert.deepEqual(
        found.map(({ local }) => local),
        [`00000000:${hex}`],
      );
    } finally {
      inside.close();
      outside.close();
    }
  });

  test('finds a datagram socket that points at another machine', async () => {
    const socket = dgram.createSocket('udp4');
    // Nothing is sent: connecting a datagram socket only sets its address.
    socket.connect(9, '192.0.2.1');
    try {
      const connected = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'error').then(() => false),
      ]);
      const found = outsideSockets([process.pid]).map(({ remote }) => remote);
      // A machine without any route refuses the address itself.
      assert.deepEqual(found, connected ? ['010200C0:0009'] : []);
    } finally {
      socket.close();
    }
  });

  test('a process tree holds the children of children', async () => {
    const child = spawn('sh', ['-c', 'sleep 30 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [chunk] = await once(child.stdout, 'data');
    const grandchild = Number(String(chunk));
    try {
      const tree = processTree(process.pid);
      assert.ok(tree.includes(child.pid ?? 0) && tree.includes(grandchild));
    } finally {
      process.kill(grandchild);
      child.kill();
    }
  });
}
