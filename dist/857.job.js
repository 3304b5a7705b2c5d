export const id = 857;
export const ids = [857];
export const modules = {

/***/ 4857:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   PublicRegistry: () => (/* binding */ PublicRegistry)
/* harmony export */ });
/* harmony import */ var _calls_account_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5207);
/* harmony import */ var _ecr_registry_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9414);
/* harmony import */ var _images_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4213);
/* harmony import */ var _names_check_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2273);




class PublicRegistry extends _ecr_registry_js__WEBPACK_IMPORTED_MODULE_1__/* .EcrRegistry */ .Q {
    lookUpCall = 'DescribeImages';
    layerRequests;
    #sdk;
    #client;
    constructor({ sdk, client }, repository, resources) {
        super(repository, resources);
        const { id } = this;
        this.#sdk = sdk;
        this.#client = client;
        this.layerRequests = {
            id,
            initiate: (abortSignal, details) => {
                const options = { abortSignal, details };
                return client.send(new sdk.InitiateLayerUploadCommand(id), options);
            },
            sendPart: (input, plug, options) => {
                const command = new sdk.UploadLayerPartCommand(input);
                plug(command.middlewareStack);
                return client.send(command, options);
            },
            complete: (input, options) => client.send(new sdk.CompleteLayerUploadCommand({ ...id, ...input }), options),
        };
    }
    checkLayers(layerDigests, abortSignal) {
        const command = new this.#sdk.BatchCheckLayerAvailabilityCommand({ ...this.id, layerDigests });
        return this.#client.send(command, { abortSignal });
    }
    put(input, abortSignal) {
        return this.#client.send(new this.#sdk.PutImageCommand({ ...this.id, ...input }), {
            abortSignal,
        });
    }
    async lookUp(ids, signal, expected) {
        if (this.#isNamedByAlias())
            return expected === 'likely' ? undefined : [];
        if (expected === 'likely') {
            const found = await this.#describeImages(ids, signal);
            const images = found.filter(({ imageTag }) => imageTag === undefined);
            if (images.length >= ids.length || ids.length === 1)
                return images;
        }
        const describe = (id) => this.#describeImages([id], signal);
        const byDigest = (await Promise.all(ids.filter((id) => 'digest' in id).map(describe))).flat();
        const seen = new Set(byDigest.map(({ imageTag }) => imageTag));
        const left = ids.filter((id) => 'tag' in id && !seen.has(id.tag));
        const byTag = (await Promise.all(left.map(describe))).flat();
        const asked = new Set(ids.map((id) => ('tag' in id ? id.tag : undefined)));
        return [...byDigest, ...byTag].filter(({ imageTag }) => asked.has(imageTag));
    }
    #isNamedByAlias() {
        const { registryId } = this.id;
        return registryId !== undefined && !(0,_names_check_js__WEBPACK_IMPORTED_MODULE_3__/* .isAccountId */ .JG)(registryId);
    }
    async #describeImages(ids, abortSignal) {
        const imageIds = ids.map(_images_js__WEBPACK_IMPORTED_MODULE_2__/* .toIdentifier */ .L);
        const command = new this.#sdk.DescribeImagesCommand({ ...this.id, imageIds });
        try {
            const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
            return imageDetails.flatMap(({ imageDigest, imageTags = [], registryId, imageManifestMediaType: mediaType }) => [undefined, ...imageTags].map((imageTag) => ({
                ...{ imageDigest, imageTag, registryId, mediaType },
            })));
        }
        catch (error) {
            if (error instanceof this.#sdk.ImageNotFoundException)
                return [];
            throw error;
        }
    }
    async describe(abortSignal) {
        const { registryId, repositoryName } = this.id;
        const command = new this.#sdk.DescribeRepositoriesCommand({
            registryId,
            repositoryNames: [repositoryName],
        });
        return (await this.#client.send(command, { abortSignal })).repositories?.[0];
    }
    tagMutability() {
        return Promise.resolve({});
    }
    async create({ tags, catalogData }, abortSignal) {
        const command = new this.#sdk.CreateRepositoryCommand({
            repositoryName: this.id.repositoryName,
            tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
            catalogData: catalogData && {
                ...catalogData,
                architectures: catalogData.architectures && [...catalogData.architectures],
                operatingSystems: catalogData.operatingSystems && [...catalogData.operatingSystems],
            },
        });
        return (await this.#client.send(command, { abortSignal })).repository;
    }
    async holdsImages(abortSignal) {
        if (this.id.registryId !== undefined)
            return true;
        const command = new this.#sdk.DescribeImagesCommand({ ...this.#ownId(), maxResults: 1 });
        const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
        return imageDetails.length > 0;
    }
    async hasPolicy({ name }, abortSignal) {
        if (name === 'lifecycle-policy')
            return true;
        try {
            await this.#client.send(new this.#sdk.GetRepositoryPolicyCommand(this.#ownId()), {
                abortSignal,
            });
            return true;
        }
        catch (error) {
            if (error instanceof this.#sdk.RepositoryPolicyNotFoundException)
                return false;
            throw error;
        }
    }
    async setPolicy({ name, text: policyText }, abortSignal) {
        if (name === 'lifecycle-policy')
            return;
        const command = new this.#sdk.SetRepositoryPolicyCommand({ ...this.#ownId(), policyText });
        await this.#client.send(command, { abortSignal });
    }
    #ownId() {
        return { repositoryName: this.id.repositoryName };
    }
    account(signal) {
        return (0,_calls_account_js__WEBPACK_IMPORTED_MODULE_0__/* .accountOf */ .X)(this.#client.config, signal);
    }
}


/***/ })

};
