export const id = 845;
export const ids = [845];
export const modules = {

/***/ 8845:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   parseRepositorySettings: () => (/* binding */ parseRepositorySettings)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _oci_fields_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8932);
/* harmony import */ var _oci_json_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1691);
/* harmony import */ var _nearest_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3915);
/* harmony import */ var _read_input_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(1456);





const INPUT = 'repository-settings';
const KEYS = [
    'tag-mutability',
    'mutability-exclusions',
    'scan-on-push',
    'encryption',
    'kms-key',
    'lifecycle-policy',
    'tags',
    'repository-policy',
    'description',
    'about',
    'usage',
    'architectures',
    'operating-systems',
];
async function parseRepositorySettings(text, readText) {
    const fields = text.startsWith('{') ? parseJson(text) : parseLines(text);
    const unknown = Object.keys(fields).find((key) => !KEYS.includes(key));
    if (unknown !== undefined)
        throw invalid(`has an unknown key: ${JSON.stringify(unknown)}`, `${(0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .didYouMean */ .au)((0,_nearest_js__WEBPACK_IMPORTED_MODULE_3__/* .nearest */ .p)(unknown, KEYS))}The keys are ${KEYS.join(', ')}.`);
    return {
        ...mutability(fields),
        ...optional('scanOnPush', flag(fields, 'scan-on-push')),
        ...optional('encryptionType', choice(fields, 'encryption', ['AES256', 'KMS', 'KMS_DSSE'])),
        ...optional('kmsKey', string(fields, 'kms-key')),
        ...optional('lifecyclePolicyText', await policy(fields, 'lifecycle-policy', readText)),
        ...optional('tags', resourceTags(fields)),
        ...optional('policyText', await policy(fields, 'repository-policy', readText)),
        ...optional('catalogData', catalogData(fields)),
    };
}
function parseJson(text) {
    const value = checkedJson(text, INPUT);
    return (0,_oci_fields_js__WEBPACK_IMPORTED_MODULE_1__/* .isFields */ .Ce)(value) ? value : {};
}
function checkedJson(text, where) {
    try {
        return (0,_oci_json_js__WEBPACK_IMPORTED_MODULE_2__/* .parseStrictJson */ .R)(Buffer.from(text), where);
    }
    catch (error) {
        if (!(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .PushError */ .Vc))
            throw error;
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .PushError */ .Vc(error.code, error.message, {
            hint: 'Correct the JSON: every key once, no comments, no trailing commas.',
            cause: error.cause,
        });
    }
}
function parseLines(text) {
    const lines = text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'));
    const entries = lines.map(parseLine);
    const keys = entries.map(([key]) => key);
    const twice = keys.find((key, at) => keys.indexOf(key) < at);
    if (twice !== undefined)
        throw invalid(`has the key ${twice} twice`, 'Write each key once.');
    return Object.fromEntries(entries);
}
function parseLine(line) {
    const colon = line.indexOf(':');
    if (colon < 0)
        throw invalid(`has a line without a colon: ${JSON.stringify(line)}`, `Write each line as key: value${line.includes('=') ? `, such as ${line.replace(/\s*=\s*/, ': ')}` : ''}.`);
    return [(0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .unquoted */ .qZ)(line.slice(0, colon).trim()), (0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .unquoted */ .qZ)(line.slice(colon + 1).trim())];
}
function mutability(fields) {
    const kind = choice(fields, 'tag-mutability', ['MUTABLE', 'IMMUTABLE']);
    const exclusions = strings(fields, 'mutability-exclusions');
    if (exclusions === undefined)
        return optional('imageTagMutability', kind);
    if (kind === undefined)
        throw invalid('has mutability-exclusions but no tag-mutability', 'Add tag-mutability.');
    return { imageTagMutability: `${kind}_WITH_EXCLUSION`, mutabilityExclusions: exclusions };
}
function catalogData(fields) {
    const data = {
        ...optional('description', string(fields, 'description')),
        ...optional('aboutText', string(fields, 'about')),
        ...optional('usageText', string(fields, 'usage')),
        ...optional('architectures', strings(fields, 'architectures')),
        ...optional('operatingSystems', strings(fields, 'operating-systems')),
    };
    return Object.keys(data).length === 0 ? undefined : data;
}
async function policy(fields, key, readText) {
    const value = fields[key];
    if ((0,_oci_fields_js__WEBPACK_IMPORTED_MODULE_1__/* .isFields */ .Ce)(value))
        return JSON.stringify(value);
    const text = string(fields, key);
    if (text === undefined)
        return undefined;
    const json = text.startsWith('{') ? text : await readPolicy(text, key, readText);
    checkedJson(json, `${INPUT}: ${key}`);
    return json;
}
async function readPolicy(path, key, readText) {
    try {
        return await readText(path);
    }
    catch (cause) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .PushError */ .Vc('INVALID_INPUT', `The input ${INPUT}: ${key}: ${path} cannot be read`, {
            hint: "Write JSON, or the path of a JSON file relative to the step's working directory.",
            cause,
        });
    }
}
function resourceTags(fields) {
    const value = fields['tags'];
    if ((0,_oci_fields_js__WEBPACK_IMPORTED_MODULE_1__/* .isFields */ .Ce)(value))
        return Object.fromEntries(Object.entries(value).map(([key, tag]) => [key, String(tag)]));
    return strings(fields, 'tags')?.reduce((tags, pair) => {
        const equals = pair.indexOf('=');
        if (equals < 1)
            throw invalid(`has a tag without a value: ${JSON.stringify(pair)}`, 'Write each tag as key=value.');
        return { ...tags, [pair.slice(0, equals).trim()]: pair.slice(equals + 1).trim() };
    }, {});
}
function string(fields, key) {
    const value = fields[key];
    if (value === undefined || typeof value === 'string')
        return value;
    throw invalid(`has a value for ${key} that is not a string`, 'Put it in quotes.');
}
function strings(fields, key) {
    const value = fields[key];
    if (Array.isArray(value))
        return value.map(String);
    return string(fields, key)
        ?.split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
}
function flag(fields, key) {
    const value = fields[key];
    if (value === undefined || typeof value === 'boolean')
        return value;
    const shown = JSON.stringify(value);
    const text = typeof value === 'string' ? value : shown;
    const written = (0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .parseFlag */ .og)(text);
    if (written !== undefined)
        return written;
    throw invalid(`has a value for ${key} that is neither true nor false: ${shown}`, `${(0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .didYouMean */ .au)((0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .meantFlag */ .kk)(text))}Write true or false.`);
}
function choice(fields, key, allowed) {
    const text = string(fields, key);
    const chosen = allowed.find((value) => value === text?.toUpperCase());
    if (text === undefined || chosen !== undefined)
        return chosen;
    throw invalid(`has an invalid ${key}: ${text}`, `${(0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .didYouMean */ .au)((0,_nearest_js__WEBPACK_IMPORTED_MODULE_3__/* .nearest */ .p)(text, allowed))}Write ${(0,_read_input_js__WEBPACK_IMPORTED_MODULE_4__/* .alternatives */ .Vo)(allowed)}.`);
}
function optional(key, value) {
    const pair = {};
    if (value !== undefined)
        pair[key] = value;
    return pair;
}
function invalid(what, hint) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .PushError */ .Vc('INVALID_INPUT', `The input ${INPUT} ${what}`, { hint });
}


/***/ })

};
