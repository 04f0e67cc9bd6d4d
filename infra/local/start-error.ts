export { StartError } from './errors/start-error.ts';
