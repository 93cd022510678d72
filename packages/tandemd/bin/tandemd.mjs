#!/usr/bin/env node
import '../dist/tandemd.mjs';
