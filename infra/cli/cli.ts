#!/usr/bin/env node
import './check-node.ts';
import './run-cli.ts';
