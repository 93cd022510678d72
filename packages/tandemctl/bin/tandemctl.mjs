#!/usr/bin/env node
import '../dist/tandemctl.mjs';
