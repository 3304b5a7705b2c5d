/** Every number that tunes the upload of layers, and why it is what it is. Sizes are bytes. */

// What ECR takes.

/** The minimum for every part but the last. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html */
export const MIN_PART_SIZE = 5 * 1024 * 1024;
/** The maximum that UploadLayerPart takes, decoded. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html */
export const MAX_PART_SIZE = 20 * 1024 * 1024;
/** The size in AWS's examples, for when InitiateLayerUpload offers one that ECR would not take. */
export const USUAL_PART_SIZE = 10 * 1024 * 1024;
/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html, and AmazonECR/latest/public/public-service-quotas.html */
export const MAX_PARTS = { private: 4200, public: 1000 } as const;

// How much is under way at once.

/** Layers in flight across all repositories. */
export const MAX_LAYERS_AT_ONCE = 96;
/** Connections for their parts. */
export const MAX_LINES = 96;
/** A large layer's takes the room of three. A part costs its body, its chunks and TLS buffers: 96 of 900 kB took 436 MB. */
export const LARGE_WEIGHT = 3;
/** Layers of this size or more are large. Smaller ones mostly wait for answers and need little memory. */
export const LARGE_LAYER = 256 * 1024;
/**
 * How many parts of a layer are prepared while one is on the wire, if PART_MEMORY allows: if nothing limits the wire,
 * sending a part takes half as long as preparing the next.
 */
export const PARTS_AHEAD = 2;

/** Parts of one layer on the wire at once, each on a connection of its own: beyond, nothing was gained. */
export const MAX_PARTS_IN_FLIGHT = 8;
/** What is held back of a body until its turn has come. */
export const HELD_BYTES = 64 * 1024;
/** So much of it goes out each TRICKLE_INTERVAL (ms), so that the connection moves: what is held lasts a minute. */
export const TRICKLE_BYTES = 1024;
export const TRICKLE_INTERVAL = 1000;
/** Until something has been measured. */
export const PARTS_IN_FLIGHT_AT_FIRST = 4;
/** A part should be held for this share of the time between two answers: less, and more parts in flight would help. */
export const HELD_SHARE = 0.5;
/** So many more parts in flight than its transfer takes answers are too many. */
export const PARTS_TO_SPARE = 3;
/** So often in a row may a part that waits for its turn be cut off before the run goes back to one connection a layer. */
export const MAX_CUTS = 2;

// After failures.

/** A part of this size or less is sent again without asking whether ECR has it: that tells as much, and costs no more. */
export const LOOK_BYTES = 64 * 1024;
/** So often may connections fall in the middle of one part before the rest of its layer goes in the smallest parts. */
export const MAX_PART_CUTS = 2;
/** ECR may have a layer's bytes sent so often in all, and some parts more; then it is given up. */
export const MAX_TIMES_SENT = 3;
export const PARTS_TO_WASTE = 2;

// Memory.

/** The budget for bodies held in memory: three of the usual part size. */
export const PART_MEMORY = 42_000_000;
/** In addition: one body that is encoded only to be hashed. */
export const SCRATCH_MEMORY = 14_000_000;
/** Memory is allocated in multiples of this (a page), so that it can be reused for a slightly larger body. */
export const CAPACITY_STEP = 4096;

// Encoding.

/** Smaller bodies are encoded on the main thread: that is faster than the trip to a worker and back. */
export const THREAD_MIN_BYTES = 512 * 1024;
/** PART_MEMORY holds three bodies: one being sent, two being encoded. */
export const MAX_THREADS = 2;
/** MB. A thread allocates only short-lived strings. */
export const THREAD_HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 } as const;
/** Small enough that the intermediate strings stay in the young heap. A multiple of 3: no padding inside. */
export const ENCODE_STEP = 48 * 1024;

// Sending.

/** Bytes per write to a socket: TLS keeps a whole encrypted write until it is sent. */
export const WRITE_BYTES = 256 * 1024;
/** Raw bytes per chunk of a body that is encoded while it is sent. A multiple of 3: no padding inside. */
export const CHUNK_BYTES = 96 * 1024;
/** Chunks of such a body in memory: one being written, one waiting, one being made. */
export const CHUNKS_AT_ONCE = 3;

// Whether network or CPU is the bottleneck.

/** CPU use is averaged over this many milliseconds: several parts, else it flickers. At 20, a fifth was encoded twice for nothing. */
export const PACE_WINDOW = 100;
/** With so many cores busy, across all threads, the CPU is the bottleneck. */
export const BUSY_CORES = 1;
/** So it is if fewer of the machine's cores are idle: other processes use them, and encoding twice would only cost more. */
export const SPARE_CORES = 0.4;

/** Bytes hashed at a time when a layer's file is checked, after ECR refused it. */
export const HASH_CHUNK_BYTES = 1024 * 1024;
