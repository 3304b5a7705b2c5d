export const id = 836;
export const ids = [836];
export const modules = {

/***/ 1836:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createPublicClient: () => (/* binding */ createPublicClient),
/* harmony export */   publicApi: () => (/* binding */ publicApi)
/* harmony export */ });
/* harmony import */ var _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9821);
/* harmony import */ var _part_body_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5330);
/* harmony import */ var _sdk_prepared_part_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1382);



/** ECR Public's calls on one repository, over the AWS SDK. */
function publicApi(client, repository) {
    return {
        repository,
        findImagesCall: 'DescribeImages',
        batchCheckLayerAvailability: (input, abortSignal) => client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .BatchCheckLayerAvailabilityCommand */ .Ym({ ...repository, ...input }), {
            abortSignal,
        }),
        initiateLayerUpload: (abortSignal) => client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .InitiateLayerUploadCommand */ .Do(repository), { abortSignal }),
        uploadLayerPart: (part, abortSignal) => (0,_sdk_prepared_part_js__WEBPACK_IMPORTED_MODULE_2__/* .sendPreparedPart */ .t)(part, (layerPartBlob, plug) => {
            const input = { ...repository, ...(0,_part_body_js__WEBPACK_IMPORTED_MODULE_0__/* .partRange */ .ZK)(part.part), layerPartBlob };
            const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .UploadLayerPartCommand */ .bV(input);
            plug(command.middlewareStack);
            return client.send(command, { abortSignal });
        }),
        completeLayerUpload: (input, abortSignal) => client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .CompleteLayerUploadCommand */ .fU({ ...repository, ...input }), { abortSignal }),
        putImage: (input, abortSignal) => client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .PutImageCommand */ .SU({ ...repository, ...input }), { abortSignal }),
        findImages: (ids, signal) => isAlias(repository.registryId)
            ? Promise.resolve([])
            : findImages(client, repository, ids, signal),
        // Nothing in a public repository is immutable, and nothing in it expires.
        describeTagMutability: () => Promise.resolve({}),
        putLifecyclePolicy: () => Promise.resolve(),
        createRepository: (settings, signal) => createRepository(client, repository, settings, signal),
        setRepositoryPolicy: (policyText, abortSignal) => client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .SetRepositoryPolicyCommand */ .IO({ repositoryName: repository.repositoryName, policyText }), { abortSignal }),
        close: () => client.destroy(),
    };
}
/**
 * The calls that push take an alias where those that look take an account id alone. Whose alias it is, is not known, so
 * nothing counts as found, and every manifest is put again: which is a success, too.
 */
function isAlias(registryId) {
    return registryId !== undefined && !/^\d{12}$/.test(registryId);
}
/** A call fails as a whole for one image that is not there, so each is asked for on its own; tags come with digests. */
async function findImages(client, repository, ids, signal) {
    const describe = (id) => describeImage(client, repository, id, signal);
    const byDigest = (await Promise.all(ids.filter(({ imageDigest }) => imageDigest !== undefined).map(describe))).flat();
    const seen = new Set(byDigest.map(({ imageTag }) => imageTag));
    const left = ids.filter(({ imageTag }) => imageTag !== undefined && !seen.has(imageTag));
    const byTag = (await Promise.all(left.map(describe))).flat();
    const asked = new Set(ids.map(({ imageTag }) => imageTag));
    return [...byDigest, ...byTag].filter(({ imageTag }) => asked.has(imageTag));
}
/** The image once without a tag, and once for each of its tags. */
async function describeImage(client, repository, imageId, abortSignal) {
    try {
        const { imageDetails = [] } = await client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .DescribeImagesCommand */ .ji({ ...repository, imageIds: [imageId] }), { abortSignal });
        return imageDetails.flatMap(({ imageDigest, imageTags = [], registryId }) => [undefined, ...imageTags].map((imageTag) => ({ imageDigest, imageTag, registryId })));
    }
    catch (error) {
        if (error instanceof _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .ImageNotFoundException */ .CJ)
            return [];
        throw error;
    }
}
async function createRepository(client, { repositoryName }, { tags, catalogData }, abortSignal) {
    const { repository } = await client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .CreateRepositoryCommand */ .WT({
        repositoryName,
        tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        catalogData: catalogData && {
            ...catalogData,
            architectures: catalogData.architectures && [...catalogData.architectures],
            operatingSystems: catalogData.operatingSystems && [...catalogData.operatingSystems],
        },
    }), { abortSignal });
    return { registryId: repository?.registryId };
}
function createPublicClient(config) {
    return new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_1__/* .ECRPUBLICClient */ .Rr(config);
}


/***/ })

};
