#!/usr/bin/env node
'use strict';
// No ES module: their loader is a quarter of the start of Node.
require('../dist/tandemd.cjs');
