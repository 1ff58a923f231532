/**
 * Questions about packages as somebody asks who uses them and does not know their files, and statements as changelogs have
 * them, with the files that answer or that such a change is in: for tuning. The questions about this repository and the real
 * changelogs of changeReport.ts say how good the outcome is.
 */

/** Any of the files is right. */
export type Asked = readonly [question: string, ...files: string[]];

export interface PackageQuestions {
  /** A package with its version, as packages.ts fetches it. */
  name: string;
  /** Its sources. */
  within: RegExp;
  questions: readonly Asked[];
  statements: readonly Asked[];
}

export const PACKAGE_QUESTIONS: readonly PackageQuestions[] = [
  {
    name: '@hapi/hapi@21.4.10',
    within: /^lib\/.*\.js$/,
    questions: [
      ['Where is the response body written to the socket?', 'lib/transmit.js'],
      ['how are partial content ranges answered', 'lib/transmit.js'],
      ['Which gzip or deflate encoder is picked for the client?', 'lib/compression.js'],
      ['set strict transport security and x-frame headers', 'lib/security.js'],
      ['preflight requests from another origin', 'lib/cors.js'],
      ['When is 304 not modified returned?', 'lib/headers.js', 'lib/response.js'],
      ['compute the ETag of a response', 'lib/response.js', 'lib/headers.js'],
      ['How are results of server methods cached?', 'lib/methods.js'],
      ['validate query and path parameters', 'lib/validation.js'],
      ['order in which lifecycle extensions run', 'lib/ext.js', 'lib/route.js'],
      ['Where does a plugin get registered?', 'lib/server.js'],
      ['graceful shutdown that waits for open connections', 'lib/core.js'],
      ['too much load: event loop delay or heap', 'lib/core.js'],
      ['How are cookies parsed from the incoming request?', 'lib/request.js', 'lib/route.js', 'lib/headers.js'],
      ['add my own method to the response toolkit', 'lib/toolkit.js', 'lib/server.js'],
      ['try several authentication strategies one after another', 'lib/auth.js'],
      ['check whether credentials have the required scope', 'lib/auth.js'],
      ['what happens when a client closes the connection early', 'lib/request.js', 'lib/transmit.js'],
      ['redirect to another url', 'lib/response.js', 'lib/toolkit.js'],
      ['schema of the options of a route', 'lib/config.js'],
      ['simulate a request in tests without a network', 'lib/server.js'],
      ['run prerequisites before the handler', 'lib/handler.js', 'lib/route.js'],
      ['maximum size of an uploaded payload', 'lib/config.js', 'lib/route.js'],
      ['discard what is left of a stream', 'lib/streams.js'],
    ],
    statements: [
      ['Fix HEAD requests being sent with a payload', 'lib/transmit.js', 'lib/headers.js'],
      ['Support wildcard subdomains in cors origin', 'lib/cors.js'],
      ['Do not compress responses that are below minBytes', 'lib/compression.js'],
      ['Close idle keep-alive sockets when the server stops', 'lib/core.js'],
      ['Reject duplicate extension names in before and after', 'lib/ext.js'],
      ['Add a referrer policy option to the security headers', 'lib/security.js', 'lib/config.js'],
      ['Vary header is missing when origin is ignored', 'lib/cors.js', 'lib/headers.js'],
      ['generateTimeout is required for cached server methods', 'lib/methods.js', 'lib/config.js'],
      ['Fail validation of the response only for a sample of requests', 'lib/validation.js'],
      ['Reply with 416 when the requested range is not satisfiable', 'lib/transmit.js'],
    ],
  },
  {
    name: '@tanstack/query-core@5.108.0',
    within: /^src\/[^/]*\.tsx?$/,
    questions: [
      ['How long does a failed request wait before it is tried again?', 'src/retryer.ts'],
      ['refetch when the browser window becomes visible', 'src/focusManager.ts', 'src/queryObserver.ts'],
      ['detect that the network is back', 'src/onlineManager.ts'],
      ['When is unused data garbage collected?', 'src/removable.ts', 'src/query.ts'],
      ['load the next page of a list', 'src/infiniteQueryBehavior.ts', 'src/infiniteQueryObserver.ts'],
      ['serialize the cache on the server and restore it on the client', 'src/hydration.ts'],
      ['hash of a query key', 'src/utils.ts'],
      ['keep references of data that did not change', 'src/utils.ts'],
      ['batch notifications of listeners', 'src/notifyManager.ts'],
      ['watch many queries at once', 'src/queriesObserver.ts'],
      ['mark everything under a key as stale', 'src/queryClient.ts', 'src/queryCache.ts'],
      ['Where are optimistic updates rolled back?', 'src/mutation.ts'],
      ['run mutations of the same scope one after another', 'src/mutationCache.ts'],
      ['data from chunks of an async iterable', 'src/streamedQuery.ts'],
      ['replace setTimeout by another timer', 'src/timeoutManager.ts'],
      ['Which properties does a component read, so that it renders only for these?', 'src/queryObserver.ts'],
      ['poll in an interval', 'src/queryObserver.ts'],
      [
        'cancel a request that is running and go back to the state before',
        'src/query.ts',
        'src/retryer.ts',
        'src/queryClient.ts',
      ],
      ['default options for all queries', 'src/queryClient.ts'],
      ['listeners are added and removed', 'src/subscribable.ts'],
      ['state transitions of fetching, success and error', 'src/query.ts'],
      ['paused while offline', 'src/retryer.ts', 'src/mutation.ts', 'src/onlineManager.ts'],
    ],
    statements: [
      ['Resume paused mutations after hydration', 'src/hydration.ts', 'src/mutationCache.ts', 'src/queryClient.ts'],
      ['Do not call onSettled twice when a mutation is retried', 'src/mutation.ts', 'src/retryer.ts'],
      ['Respect maxPages when fetching the previous page', 'src/infiniteQueryBehavior.ts'],
      ['Placeholder data is shown again after the select function throws', 'src/queryObserver.ts'],
      [
        'Abort signal was consumed although the query function does not use it',
        'src/query.ts',
        'src/infiniteQueryBehavior.ts',
        'src/utils.ts',
      ],
      ['Structural sharing for arrays with undefined elements', 'src/utils.ts'],
      ['Add refetchMode append to streamed queries', 'src/streamedQuery.ts'],
      ['Warn when a timeout provider is changed after timers were started', 'src/timeoutManager.ts'],
    ],
  },
  {
    name: '@loaders.gl/gltf@4.5.4',
    within: /^src\/.*\.ts$/,
    questions: [
      ['read the header and chunks of a binary file', 'src/lib/parsers/parse-glb.ts'],
      ['write json and binary chunk into one buffer', 'src/lib/encoders/encode-glb.ts'],
      ['convert files of version 1 to version 2', 'src/lib/api/normalize-gltf-v1.ts'],
      ['Which extensions are decoded, and in which order?', 'src/lib/api/gltf-extensions.ts'],
      ['decompress geometry with draco', 'src/lib/extensions/KHR_draco_mesh_compression.ts'],
      ['Does this browser support webp images?', 'src/webp/webp.ts'],
      [
        'resolve the address of an external buffer',
        'src/lib/gltf-utils/resolve-url.ts',
        'src/lib/parsers/parse-gltf.ts',
      ],
      [
        'component type and number of bytes of an accessor',
        'src/lib/gltf-utils/gltf-utils.ts',
        'src/lib/gltf-utils/gltf-constants.ts',
      ],
      ['replace indices by references to the objects', 'src/lib/api/post-process-gltf.ts'],
      ['add a mesh or a node to a scene by code', 'src/lib/api/gltf-scenegraph.ts'],
      [
        'feature ids of vertices from a texture',
        'src/lib/extensions/EXT_mesh_features.ts',
        'src/lib/extensions/utils/3d-tiles-utils.ts',
      ],
      [
        'property tables with metadata of 3d tiles',
        'src/lib/extensions/EXT_structural_metadata.ts',
        'src/lib/extensions/utils/3d-tiles-utils.ts',
      ],
      ['rotate and scale texture coordinates', 'src/lib/extensions/KHR_texture_transform.ts'],
      ['decode vertex buffers with a wasm module', 'src/meshopt/meshopt-decoder.ts'],
      ['basis universal textures', 'src/lib/extensions/KHR_texture_basisu.ts'],
      ['lights were given to nodes', 'src/lib/extensions/deprecated/KHR_lights_punctual.ts'],
      ['images are loaded in parallel after parsing', 'src/lib/parsers/parse-gltf.ts'],
      ['names of attributes like POSITION and their arrays', 'src/lib/gltf-utils/gltf-attribute-utils.ts'],
    ],
    statements: [
      ['Support bufferViews without a byteStride in post processing', 'src/lib/api/post-process-gltf.ts'],
      ['Do not fetch buffers when loadBuffers is false', 'src/lib/parsers/parse-gltf.ts'],
      ['Fix padding of the json chunk when writing GLB', 'src/lib/encoders/encode-glb.ts'],
      ['Materials of old files get a metallic roughness with base color texture', 'src/lib/api/normalize-gltf-v1.ts'],
      ['Enum values of property attributes are decoded as strings', 'src/lib/extensions/EXT_structural_metadata.ts'],
      [
        'Keep the draco extension when the mesh has no compressed attributes',
        'src/lib/extensions/KHR_draco_mesh_compression.ts',
      ],
    ],
  },
];
