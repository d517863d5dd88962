//go:build race && !purego

package kernel

// haveAVX2 is false in a build for the race detector, which does not see what assembly reads and writes.
const haveAVX2, haveAVX512 = false, false
