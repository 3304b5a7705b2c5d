export const id = 565;
export const ids = [565];
export const modules = {

/***/ 4565:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ProxyAgents: () => (/* binding */ ProxyAgents),
/* harmony export */   ProxyHandler: () => (/* binding */ ProxyHandler)
/* harmony export */ });
/* harmony import */ var _smithy_node_http_handler__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1279);
/* harmony import */ var http_proxy_agent__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8947);
/* harmony import */ var https_proxy_agent__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1566);
/* harmony import */ var proxy_from_env__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8182);




const AGENT_OPTIONS = { keepAlive: true };
class TunnelAgent extends https_proxy_agent__WEBPACK_IMPORTED_MODULE_1__/* .HttpsProxyAgent */ .b {
    isSecureEndpoint() {
        return true;
    }
}
class PlainAgent extends http_proxy_agent__WEBPACK_IMPORTED_MODULE_0__/* .HttpProxyAgent */ .s {
    isSecureEndpoint() {
        return false;
    }
}
class ProxyError extends Error {
    name = 'ProxyError';
    isTransient;
    constructor(message, { isTransient, cause }) {
        super(message, cause === undefined ? undefined : { cause });
        this.isTransient = isTransient;
    }
}
class ProxyAgents {
    #agents = new Map();
    of(proxy) {
        const agents = this.#agents.get(proxy) ?? agentsFor(proxy);
        this.#agents.set(proxy, agents);
        return agents;
    }
}
function agentsFor(proxy) {
    const httpsAgent = new TunnelAgent(proxy, AGENT_OPTIONS);
    httpsAgent.on('proxyConnect', ({ statusCode = 0, statusMessage = '' }, request) => {
        if (statusCode !== 200)
            request.destroy(refused(proxy, statusCode, statusMessage));
    });
    return { httpAgent: new PlainAgent(proxy, AGENT_OPTIONS), httpsAgent };
}
class ProxyHandler extends _smithy_node_http_handler__WEBPACK_IMPORTED_MODULE_2__.NodeHttpHandler {
    #options;
    #agents;
    #proxyFor;
    #handlers = new Map();
    constructor(options, { agents = new ProxyAgents(), proxyFor = proxy_from_env__WEBPACK_IMPORTED_MODULE_3__/* .getProxyForUrl */ .T } = {}) {
        super(options);
        this.#options = options;
        this.#agents = agents;
        this.#proxyFor = proxyFor;
    }
    async handle(...[request, options]) {
        const proxy = this.#proxyFor(addressOf(request));
        if (proxy === '')
            return super.handle(request, options);
        const answer = await this.#handlerOf(proxy)
            .handle(request, options)
            .catch((error) => {
            throw isOfTheAgents(error) ? interrupted(proxy, error) : error;
        });
        const { statusCode, reason = '' } = answer.response;
        if (statusCode === 407)
            throw refused(proxy, statusCode, reason);
        return answer;
    }
    destroy() {
        super.destroy();
        for (const handler of this.#handlers.values())
            handler.destroy();
    }
    #handlerOf(proxy) {
        const known = this.#handlers.get(proxy);
        if (known !== undefined)
            return known;
        const handler = new _smithy_node_http_handler__WEBPACK_IMPORTED_MODULE_2__.NodeHttpHandler({ ...this.#options, ...this.#agents.of(proxy) });
        this.#handlers.set(proxy, handler);
        return handler;
    }
}
function addressOf({ protocol, hostname, port, path }) {
    return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
}
function isOfTheAgents(error) {
    return error instanceof Error && error.name === 'Error' && !('code' in error);
}
function refused(proxy, status, reason) {
    return new ProxyError(`${hostOf(proxy)} answered ${status} ${reason}`.trim(), {
        isTransient: status >= 500,
    });
}
function interrupted(proxy, cause) {
    return new ProxyError(`${hostOf(proxy)}: ${cause.message}`, { isTransient: true, cause });
}
function hostOf(proxy) {
    return new URL(proxy).host;
}


/***/ })

};
