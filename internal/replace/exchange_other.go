//go:build !linux

package replace

import "errors"

func exchange(a, b string) error { return errors.ErrUnsupported }
