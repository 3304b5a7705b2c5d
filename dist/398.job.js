export const id = 398;
export const ids = [398];
export const modules = {

/***/ 3398:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  joinImages: () => (/* binding */ joinImages)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/oci/digest.ts
var digest = __webpack_require__(8825);
// EXTERNAL MODULE: ./src/oci/index-bytes.ts
var index_bytes = __webpack_require__(5151);
;// CONCATENATED MODULE: ./src/oci/index-entry.ts
function indexEntry(descriptor) {
    const { mediaType, digest, size, urls, annotations, platform, artifactType } = descriptor;
    return {
        ...{ mediaType, digest, size },
        ...(urls !== undefined && { urls }),
        ...(annotations !== undefined && { annotations: sorted(annotations) }),
        ...(platform !== undefined && { platform: platformFields(platform) }),
        ...(artifactType !== undefined && { artifactType }),
    };
}
function platformFields({ architecture, os, osVersion, osFeatures, variant }) {
    return {
        ...{ architecture, os },
        ...(osVersion !== undefined && { 'os.version': osVersion }),
        ...(osFeatures !== undefined && { 'os.features': osFeatures }),
        ...(variant !== undefined && { variant }),
    };
}
function sorted(members) {
    return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

// EXTERNAL MODULE: ./src/oci/media-types.ts
var media_types = __webpack_require__(9217);
// EXTERNAL MODULE: ./src/oci/parse-manifest.ts + 1 modules
var parse_manifest = __webpack_require__(9923);
// EXTERNAL MODULE: ./src/oci/annotations.ts
var annotations = __webpack_require__(2427);
// EXTERNAL MODULE: ./src/oci/platform.ts
var oci_platform = __webpack_require__(1890);
;// CONCATENATED MODULE: ./src/image/joined-members.ts




const MAX_MEMBERS = 1000;
class JoinedMembers {
    #members = new Map();
    add(member) {
        const { digest } = member.descriptor;
        const one = { ...member, descriptor: (0,annotations/* withoutNames */.Fw)(member.descriptor) };
        const known = this.#members.get(digest);
        this.#members.set(digest, known === undefined ? one : united(known, one));
        if (this.#members.size <= MAX_MEMBERS)
            return;
        throw new errors/* PushError */.Vc('TOO_LARGE', `index-of: more than ${MAX_MEMBERS} images`, {
            hint: 'Check that the globs match the descriptors of one image alone.',
        });
    }
    listed(attestations) {
        const all = [...this.#members.values()].toSorted(inOrder);
        const images = all.filter((member) => kindOf(member) === 'image');
        images.forEach((image, at) => refuseConflict(image, images.slice(0, at)));
        for (const member of all)
            this.#refuseLone(member);
        const kept = all.filter((one) => attestations === 'keep' || kindOf(one) !== 'attestation');
        if (kept.every((one) => kindOf(one) === 'attestation'))
            throw noImage(all.length);
        return kept.map(({ descriptor }) => descriptor);
    }
    #refuseLone(member) {
        const { descriptor, where, isListed } = member;
        if (isListed || kindOf(member) !== 'attestation')
            return;
        const attested = (0,annotations/* attestedDigest */.Js)(descriptor);
        if ([...this.#members.keys()].some((digest) => digest === attested))
            return;
        throw new errors/* PushError */.Vc('INVALID_DESCRIPTOR', `${where}: ${descriptor.digest} is an attestation of ${attested ?? 'no image'}, which is not among the images`);
    }
}
function kindOf({ descriptor, isArtifact }) {
    if ((0,annotations/* isAttestation */.H3)(descriptor))
        return 'attestation';
    const { artifactType } = descriptor;
    const isOther = artifactType !== undefined && !(0,media_types/* isConfigMediaType */.$v)(artifactType);
    return isArtifact || isOther ? 'artifact' : 'image';
}
function inOrder(one, other) {
    return compare(keyOf(one), keyOf(other));
}
function keyOf(member) {
    const { platform, digest } = member.descriptor;
    if (kindOf(member) !== 'image')
        return `1 ${digest}`;
    const { os, architecture, variant = '', osVersion = '' } = platform ?? NOWHERE;
    return ['0', os, architecture, variant, osVersion, digest].join(' ');
}
const NOWHERE = { os: '', architecture: '' };
function compare(one, other) {
    return one < other ? -1 : one > other ? 1 : 0;
}
function refuseConflict({ descriptor, where }, others) {
    const { digest, platform } = descriptor;
    if (platform === undefined) {
        throw new errors/* PushError */.Vc('INVALID_DESCRIPTOR', `${where}: ${digest} names no platform`, {
            hint: 'Nothing could choose it from the index. The output descriptor of a push has the platform that the config of the image names.',
        });
    }
    const other = others.find((one) => one.descriptor.platform && (0,oci_platform/* isSamePlatform */.SW)(one.descriptor.platform, platform));
    if (other === undefined)
        return;
    throw new errors/* PushError */.Vc('CONFLICTING_PLATFORMS', `${(0,oci_platform/* platformLabel */.G8)(platform)} is there twice: ${other.descriptor.digest} (${other.where}) and ${digest} (${where})`, { hint: 'Leave one of them out: an index has one image for each platform.' });
}
function noImage(attestations) {
    const what = attestations === 0 ? 'no descriptor' : 'nothing but attestations';
    return new errors/* PushError */.Vc('NO_IMAGE', `index-of names ${what}`, {
        hint: 'Give the output descriptor of each push by digest: check that the files are those of the images.',
    });
}
function united(one, other) {
    const [a, b] = [one.descriptor, other.descriptor];
    const isOne = a.mediaType === b.mediaType &&
        a.size === b.size &&
        agree(a.platform, b.platform, oci_platform/* isSamePlatform */.SW) &&
        agree(a.annotations, b.annotations, areEqual) &&
        agree(a.artifactType, b.artifactType, (x, y) => x === y);
    if (!isOne) {
        throw new errors/* PushError */.Vc('INVALID_DESCRIPTOR', `${one.where} and ${other.where} say different things of ${a.digest}`);
    }
    const [platform] = [a, b].flatMap((x) => x.platform ?? []).toSorted(bySpelling);
    return {
        descriptor: { ...a, ...b, ...(platform !== undefined && { platform }) },
        where: one.where,
        isArtifact: one.isArtifact || other.isArtifact,
        isListed: one.isListed || other.isListed,
    };
}
function agree(one, other, isSame) {
    return one === undefined || other === undefined || isSame(one, other);
}
function areEqual(one, other) {
    const spelt = (annotations) => JSON.stringify(Object.entries(annotations).toSorted(([a], [b]) => compare(a, b)));
    return spelt(one) === spelt(other);
}
function bySpelling(one, other) {
    return compare((0,oci_platform/* platformLabel */.G8)(one), (0,oci_platform/* platformLabel */.G8)(other));
}

// EXTERNAL MODULE: ./src/image/limits.ts
var limits = __webpack_require__(3209);
// EXTERNAL MODULE: ./src/image/role.ts
var role = __webpack_require__(745);
;// CONCATENATED MODULE: ./src/image/join.ts









async function joinImages(given, { read, attestations }) {
    const join = new Join(read);
    await join.add(given.map((one) => ({ ...one, parents: [] })));
    return graphOf(join.members.listed(attestations), given);
}
class Join {
    members = new JoinedMembers();
    #read;
    #dissolved = new Set();
    constructor(read) {
        this.#read = read;
    }
    async add(sources) {
        if (sources.length === 0)
            return;
        const known = await readAll(sources, this.#read);
        const below = sources.flatMap((source) => this.#take(source, known));
        await this.add(below);
    }
    #take(source, known) {
        const { descriptor, where, parents } = source;
        const { digest, mediaType } = descriptor;
        (0,limits/* checkDepth */.kP)(digest, parents);
        const manifest = checkKnown(source, known.manifests.get(digest));
        if (!(0,media_types/* isIndexMediaType */.$$)(mediaType)) {
            const isKnown = isArtifact(manifest);
            this.members.add({
                descriptor: lean(descriptor),
                where,
                isArtifact: isKnown,
                isListed: false,
            });
            return [];
        }
        if (this.#dissolved.has(digest))
            return [];
        this.#dissolved.add(digest);
        const children = childrenOf(source, manifest ?? unread(source, known));
        for (const child of children) {
            if (!(0,media_types/* isIndexMediaType */.$$)(child.descriptor.mediaType))
                this.members.add({ ...child, isArtifact: false, isListed: true });
        }
        return children.filter((child) => (0,media_types/* isIndexMediaType */.$$)(child.descriptor.mediaType));
    }
}
function readAll(level, read) {
    const sizes = new Map(level.map(({ descriptor: { digest, size } }) => [digest, size]));
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (bytes > limits/* MAX_GRAPH_BYTES */.y5) {
        throw new errors/* PushError */.Vc('TOO_LARGE', `index-of: the manifests exceed ${limits/* MAX_GRAPH_BYTES */.y5} bytes`, {
            hint: 'A manifest has some hundred or thousand bytes: check that the descriptors are those of manifests.',
        });
    }
    return read([...sizes.keys()]);
}
function checkKnown({ descriptor, where }, known) {
    const { mediaType, digest, size, data } = descriptor;
    if (known?.mediaType !== undefined && known.mediaType !== mediaType) {
        throw invalid(`${where}: the mediaType is ${mediaType}, but ${digest} in ECR is of ${known.mediaType}`);
    }
    const bytes = known?.bytes ?? data;
    if (bytes === undefined)
        return undefined;
    if (bytes.byteLength !== size) {
        throw invalid(`${where}: the size is ${size}, but ${digest} in ECR has ${bytes.byteLength} bytes`);
    }
    try {
        return (0,parse_manifest/* parseManifest */.Ng)(bytes, { mediaType, where: `manifest ${digest}` });
    }
    catch (cause) {
        if (!(cause instanceof errors/* PushError */.Vc))
            throw cause;
        throw new errors/* PushError */.Vc('INVALID_DESCRIPTOR', `${where}: ${cause.message}`, { cause });
    }
}
function isArtifact(manifest) {
    if (manifest === undefined)
        return false;
    const type = manifest.artifactType;
    if (type !== undefined && !(0,media_types/* isConfigMediaType */.$v)(type))
        return true;
    return manifest.kind === 'image' && !(0,media_types/* isConfigMediaType */.$v)(manifest.config.mediaType);
}
function lean(descriptor) {
    if (descriptor.platform === undefined)
        return descriptor;
    const { os, architecture, variant, osVersion } = descriptor.platform;
    return {
        ...descriptor,
        platform: {
            ...{ os, architecture },
            ...(variant !== undefined && { variant }),
            ...(osVersion !== undefined && { osVersion }),
        },
    };
}
function childrenOf({ descriptor, where, parents }, manifest) {
    const { digest } = descriptor;
    const children = manifest.kind === 'index' ? manifest.manifests : [];
    return children.map((child) => ({
        descriptor: child,
        where: `${where}, an entry of the index ${digest}`,
        parents: [...parents, digest],
    }));
}
function unread({ descriptor: { digest }, where }, known) {
    if (known.manifests.has(digest)) {
        throw invalid(`${where}: the index ${digest} has to be read, and ECR Public has no call for that`, 'Give the output descriptor of push-by-digest as it is: of an index in ECR Public, it has the bytes (data). Or push without an index, with attestations: drop and single-image: unwrap.');
    }
    if (known.error !== undefined)
        throw known.error;
    throw new errors/* PushError */.Vc('IMAGE_NOT_IN_REPOSITORY', `${where}: the index ${digest} is in none of the repositories`);
}
function graphOf(entries, given) {
    const isDocker = entries.every(({ mediaType }) => mediaType === media_types/* DOCKER_MANIFEST */.Vv);
    const mediaType = isDocker ? media_types/* DOCKER_MANIFEST_LIST */.m6 : media_types/* OCI_INDEX */.$p;
    const bytes = (0,index_bytes/* newIndex */.Fr)(entries.map(indexEntry), mediaType);
    const manifest = (0,parse_manifest/* parseManifest */.Ng)(bytes, { mediaType, where: 'the index of the joined images' });
    const descriptor = { mediaType, digest: (0,digest/* digestOf */.ol)(bytes), size: bytes.byteLength };
    const root = { descriptor, bytes, manifest };
    const graph = { root, manifests: [root], referrers: [] };
    const required = new Map(given.map((one) => [one.descriptor.digest, one.descriptor]));
    return {
        ...graph,
        roles: (0,role/* rolesOf */.R)(graph, new Map()),
        platforms: new Map(),
        instructions: new Map(),
        blobs: [],
        absentLayers: [],
        absentHint: undefined,
        absentForeignLayers: [],
        absentManifests: [...required.values()],
    };
}
function invalid(message, hint) {
    return new errors/* PushError */.Vc('INVALID_DESCRIPTOR', message, hint === undefined ? {} : { hint });
}


/***/ })

};
