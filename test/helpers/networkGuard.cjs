/**
 * Preload (`node --require`) that refuses and records every connection outside loopback, in this process and in every
 * Node process that it starts. Records are lines of JSON in the file named by QUIRE_NETWORK_GUARD_FILE:
 * `{pid, script, what: 'guarded'}` once for each process, and `{pid, script, what, address, stack}` for each attempt.
 */
'use strict';
const { appendFileSync } = require('node:fs');
const { isIP, BlockList } = require('node:net');
const { syncBuiltinESMExports } = require('node:module');
const net = require('node:net');
const dgram = require('node:dgram');
const dns = require('node:dns');

// The processes that this one starts are guarded too, also where the editor took NODE_OPTIONS away.
const preload = `--require ${JSON.stringify(__filename)}`;
if (!process.env.NODE_OPTIONS?.includes(preload)) {
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, preload].filter(Boolean).join(' ');
}

const file = process.env.QUIRE_NETWORK_GUARD_FILE;
const script = process.argv.slice(1).join(' ');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

function isLoopback(host) {
  if (host === undefined || host === null || host === '' || host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

function record(entry) {
  if (file) appendFileSync(file, `${JSON.stringify({ pid: process.pid, script, ...entry })}\n`);
}

function refusal(what, address) {
  const { stack } = new Error(what);
  record({ what, address, stack });
  return Object.assign(new Error(`The network guard refuses ${what} to ${address}`), { code: 'ECONNREFUSED' });
}

/** Arguments of connect() in all their shapes: a path, (port, host), an options object, or Node's normalised array. */
function target(args) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (first !== null && typeof first === 'object')
    return { host: first.path ? undefined : first.host, port: first.port };
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { host: undefined, port: first };
  return { host: typeof args[1] === 'string' ? args[1] : undefined, port: first };
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function guardedConnect(...args) {
  const { host, port } = target(args);
  if (isLoopback(host)) return connect.apply(this, args);
  this.destroy(refusal('connect', `${host}:${port}`));
  return this;
};

const datagramConnect = dgram.Socket.prototype.connect;
dgram.Socket.prototype.connect = function guardedConnect(port, address, callback) {
  const host = typeof address === 'string' ? address : undefined;
  if (isLoopback(host)) return datagramConnect.call(this, port, address, callback);
  throw refusal('datagram connect', `${host}:${port}`);
};

const send = dgram.Socket.prototype.send;
dgram.Socket.prototype.send = function guardedSend(...args) {
  const host = args.slice(1).find((value) => typeof value === 'string');
  if (isLoopback(host)) return send.apply(this, args);
  throw refusal('datagram', host);
};

const lookup = dns.lookup;
dns.lookup = function guardedLookup(name, ...rest) {
  if (isLoopback(name) || isIP(name)) return lookup.call(this, name, ...rest);
  const error = refusal('name look-up', name);
  const callback = rest.at(-1);
  process.nextTick(() => callback(error));
  return {};
};

const promisedLookup = dns.promises.lookup;
dns.promises.lookup = async function guardedLookup(name, ...rest) {
  if (isLoopback(name) || isIP(name)) return promisedLookup.call(this, name, ...rest);
  throw refusal('name look-up', name);
};

for (const owner of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const method of Object.getOwnPropertyNames(owner)) {
    if (!/^(resolve|reverse)/.test(method) || typeof owner[method] !== 'function') continue;
    owner[method] = function guardedResolve(name, ...rest) {
      const error = refusal('name look-up', name);
      const callback = rest.at(-1);
      if (typeof callback !== 'function') return Promise.reject(error);
      process.nextTick(() => callback(error));
    };
  }
}

syncBuiltinESMExports();
record({ what: 'guarded' });
