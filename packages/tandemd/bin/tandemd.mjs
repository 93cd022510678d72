#!/usr/bin/env node
import '../dist/tandemd.cjs';
