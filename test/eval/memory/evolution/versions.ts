/** Packages whose versions follow each other as they were published, with sources that people typed, and their licences. */
export interface Versions {
  name: string;
  licence: string;
  /** Each the next after the one before it. */
  versions: readonly string[];
}

export const VERSIONS: readonly Versions[] = [
  {
    name: '@tanstack/query-core',
    licence: 'MIT',
    versions: ['5.106.0', '5.106.1', '5.107.1', '5.108.0', '5.108.2'],
  },
  { name: '@tanstack/table-core', licence: 'MIT', versions: ['8.21.2', '8.21.3', '9.0.0', '9.0.1', '9.1.0'] },
  { name: 'multiformats', licence: 'Apache-2.0 OR MIT', versions: ['13.4.0', '13.4.1', '13.4.2', '14.0.0', '14.0.1'] },
  {
    name: '@libp2p/kad-dht',
    licence: 'Apache-2.0 OR MIT',
    versions: ['16.2.7', '16.3.3', '16.3.4', '16.4.2', '16.4.3'],
  },
  { name: '@loaders.gl/gltf', licence: 'MIT', versions: ['4.3.4', '4.4.0', '4.4.1', '4.4.2', '4.4.3'] },
  { name: 'prosemirror-view', licence: 'MIT', versions: ['1.41.8', '1.41.9', '1.42.0', '1.42.1', '1.42.2'] },
  { name: 'undici', licence: 'MIT', versions: ['8.10.2', '8.11.0', '8.11.1', '8.11.2', '8.12.0'] },
  { name: 'mysql2', licence: 'MIT', versions: ['3.22.6', '3.23.0', '3.23.1', '3.23.2', '3.23.3'] },
  { name: '@npmcli/arborist', licence: 'ISC', versions: ['9.8.0', '9.9.0', '9.9.1', '9.9.2', '9.9.3', '10.0.0'] },
  { name: 'fastify', licence: 'MIT', versions: ['5.11.3', '5.12.0', '5.12.1', '5.12.2', '5.12.3'] },
];
