export const id = 857;
export const ids = [857];
export const modules = {

/***/ 4857:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   PublicRegistry: () => (/* binding */ PublicRegistry)
/* harmony export */ });
/* harmony import */ var _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9821);
/* harmony import */ var _calls_account_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5207);
/* harmony import */ var _ecr_registry_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7281);
/* harmony import */ var _images_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2298);
/* harmony import */ var _names_reference_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(396);





class PublicRegistry extends _ecr_registry_js__WEBPACK_IMPORTED_MODULE_1__/* .EcrRegistry */ .Q {
    lookUpCall = 'DescribeImages';
    layerRequests;
    #client;
    constructor(client, repository, resources) {
        super(repository, resources);
        const { id } = this;
        this.#client = client;
        this.layerRequests = {
            id,
            initiate: (abortSignal) => client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .InitiateLayerUploadCommand */ .Do(id), { abortSignal }),
            sendPart: (input, plug, abortSignal) => {
                const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .UploadLayerPartCommand */ .bV(input);
                plug(command.middlewareStack);
                return client.send(command, { abortSignal });
            },
            complete: (input, abortSignal) => client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .CompleteLayerUploadCommand */ .fU({ ...id, ...input }), { abortSignal }),
        };
    }
    checkLayers(layerDigests, abortSignal) {
        const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .BatchCheckLayerAvailabilityCommand */ .Ym({ ...this.id, layerDigests });
        return this.#client.send(command, { abortSignal });
    }
    put(input, abortSignal) {
        return this.#client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .PutImageCommand */ .SU({ ...this.id, ...input }), { abortSignal });
    }
    async lookUp(ids, signal) {
        if (this.#isNamedByAlias())
            return [];
        const describe = (id) => this.#describeImage(id, signal);
        const byDigest = (await Promise.all(ids.filter((id) => 'digest' in id).map(describe))).flat();
        const seen = new Set(byDigest.map(({ imageTag }) => imageTag));
        const left = ids.filter((id) => 'tag' in id && !seen.has(id.tag));
        const byTag = (await Promise.all(left.map(describe))).flat();
        const asked = new Set(ids.map((id) => ('tag' in id ? id.tag : undefined)));
        return [...byDigest, ...byTag].filter(({ imageTag }) => asked.has(imageTag));
    }
    #isNamedByAlias() {
        const { registryId } = this.id;
        return registryId !== undefined && !(0,_names_reference_js__WEBPACK_IMPORTED_MODULE_3__/* .isAccountId */ .JG)(registryId);
    }
    async #describeImage(id, abortSignal) {
        const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .DescribeImagesCommand */ .ji({ ...this.id, imageIds: [(0,_images_js__WEBPACK_IMPORTED_MODULE_2__/* .toIdentifier */ .L)(id)] });
        try {
            const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
            return imageDetails.flatMap(({ imageDigest, imageTags = [], registryId }) => [undefined, ...imageTags].map((imageTag) => ({ imageDigest, imageTag, registryId })));
        }
        catch (error) {
            if (error instanceof _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .ImageNotFoundException */ .CJ)
                return [];
            throw error;
        }
    }
    async describe(abortSignal) {
        const { registryId, repositoryName } = this.id;
        const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .DescribeRepositoriesCommand */ .pE({
            registryId,
            repositoryNames: [repositoryName],
        });
        return (await this.#client.send(command, { abortSignal })).repositories?.[0];
    }
    tagMutability() {
        return Promise.resolve({});
    }
    async create({ tags, catalogData }, abortSignal) {
        const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .CreateRepositoryCommand */ .WT({
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
        const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .DescribeImagesCommand */ .ji({ ...this.#ownId(), maxResults: 1 });
        const { imageDetails = [] } = await this.#client.send(command, { abortSignal });
        return imageDetails.length > 0;
    }
    async hasPolicy({ name }, abortSignal) {
        if (name === 'lifecycle-policy')
            return true;
        try {
            await this.#client.send(new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .GetRepositoryPolicyCommand */ .Me(this.#ownId()), { abortSignal });
            return true;
        }
        catch (error) {
            if (error instanceof _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .RepositoryPolicyNotFoundException */ .VG)
                return false;
            throw error;
        }
    }
    async setPolicy({ name, text: policyText }, abortSignal) {
        if (name === 'lifecycle-policy')
            return;
        const command = new _aws_sdk_client_ecr_public__WEBPACK_IMPORTED_MODULE_4__/* .SetRepositoryPolicyCommand */ .IO({ ...this.#ownId(), policyText });
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
