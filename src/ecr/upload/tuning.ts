/** Every number that tunes the upload of layers, and why it is what it is. Sizes are bytes. */

// What ECR takes.

/** Every part but the last must have this at least. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html */
export const MIN_PART_SIZE = 5 * 1024 * 1024;
/** UploadLayerPart takes no more than this, decoded. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html */
export const MAX_PART_SIZE = 20 * 1024 * 1024;
/** What AWS's examples have, for when InitiateLayerUpload offers nothing that ECR itself would take. */
export const USUAL_PART_SIZE = 10 * 1024 * 1024;
/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html, and AmazonECR/latest/public/public-service-quotas.html */
export const MAX_PARTS = { private: 4200, public: 1000 } as const;

// How much is under way at once.

/** Layers, of all repositories together, each on a connection of its own. */
export const MAX_LAYERS_AT_ONCE = 96;
/** Of these, so many may be large: a part has its body, its chunks and what TLS makes of them; 96 of 900 kB took 436 MB. */
export const MAX_LARGE_LAYERS_AT_ONCE = 32;
/** From this size on a layer is large: below, it waits for answers most of its time and takes little memory. */
export const LARGE_LAYER = 256 * 1024;
/**
 * How many parts of a layer are made ready while one is on the wire, where memory allows: it is sent in half the time
 * that the next takes to be made, if nothing limits the wire.
 */
export const PARTS_AHEAD = 2;

// Memory.

/** What the bodies of parts that are held may take together: three of the usual part size. */
export const PART_MEMORY = 42_000_000;
/** Besides: one body, of which only the hash is kept. */
export const SCRATCH_MEMORY = 14_000_000;
/** Memory is allocated in multiples of this, pages, so that it can be used again for a body that is a little larger. */
export const CAPACITY_STEP = 4096;

// Encoding.

/** Below this size of a body the work takes less time on the main thread than the way to another and back. */
export const THREAD_MIN_BYTES = 512 * 1024;
/** Memory holds three bodies: one that is sent, and two that are made. */
export const MAX_THREADS = 2;
/** MB. All that a thread makes is short-lived text. */
export const THREAD_HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 } as const;
/** So small that the text between reading and writing stays in the young heap. A multiple of 3: no padding inside. */
export const ENCODE_STEP = 48 * 1024;

// Sending.

/** One write to the socket: TLS keeps all that it has encrypted of a write until it is sent. */
export const WRITE_BYTES = 256 * 1024;
/** Raw bytes that a body which is made while it is sent reads at once. A multiple of 3: no padding inside. */
export const CHUNK_BYTES = 96 * 1024;
/**
 * One chunk may be on its way to the socket and the next wait for it, while a third is made: a stream asks for none
 * before the one before the last is written.
 */
export const CHUNKS_AT_ONCE = 3;

// What sets the pace.

/** Milliseconds that the use of the CPU is averaged over. */
export const PACE_WINDOW = 20;
/** Below so many busy cores, of all threads together, it is the network. */
export const IDLE_CORES = 1;

/** Bytes of a file that are hashed at once, when ECR refused what it got. */
export const HASH_CHUNK_BYTES = 1024 * 1024;
