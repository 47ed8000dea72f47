#!/usr/bin/env node
'use strict';
import fs from "fs";
import { a } from './a.js';
const path = require('path');
const LIMIT = 3, other = 4;

/** Adds. */
export function add(a, b) { return a + b; }
export default class Shape extends Base {
        #hidden = 1;
        handler = () => 1;
        constructor() { super(); }
        static make() { return new Shape(); }
        get area() { return 0; }
}
const square = x => x * x;
export const cube = function (x) { return x ** 3; };
module.exports.half = function (x) { return x / 2; };
export * from "y";
export { LIMIT };
function* generate() { yield 1; }
if (LIMIT) {
        add(1, 2);
}
