# make check is the one command before each commit; cheapest checks first.
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
DATA ?= ../shared/data
PAIRS ?= ../shared/vectors
COUNT ?= 10
FUZZTIME ?= 60s

.PHONY: check check-assembly exp kill fuzz accuracy accuracy-vectors bench bench-pytorch bench-gensim bench-word2vec notebook-kernel notebooks check-notebooks
check:
	@test -z "$$(gofmt -l .)" || { echo "gofmt -w:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go mod tidy -diff
	$(MAKE) --no-print-directory check-assembly
	go run ./cmd/train
	go test ./...
	go test -race -shuffle=on ./...
	go test -run '^$$' -bench . -benchtime 1x ./layers > /dev/null
	go test -run '^$$' -bench 'Step/./vocab=1000$$|Lookup|CrossEntropy|Layer|Model|RunAll|Index' -benchtime 1x ./internal/bench > /dev/null

# check-assembly: what is committed is what the generator writes, and the package builds where there is no assembly. The
# twins are tested beside it, and by all tests under the race detector, where they run in its place.
ASSEMBLY = internal/kernel/*_amd64.s internal/kernel/*_amd64.go
check-assembly:
	go -C internal/kernel/avo vet ./...
	go -C internal/kernel/avo mod tidy -diff
	before=$$(cat $(ASSEMBLY) | sha256sum); go generate ./internal/kernel && test "$$before" = "$$(cat $(ASSEMBLY) | sha256sum)" || { echo "the assembly was not what internal/kernel/avo writes: commit what go generate wrote"; exit 1; }
	go vet -tags purego ./internal/kernel
	GOARCH=arm64 go vet ./internal/kernel

# exp holds the exponentials to their bound, and the assembly to the twin, for all floats. It takes two minutes.
exp:
	EXP=whole go test -count 1 -run TestExp32 -v ./internal/kernel

# kill kills 200 trainings at random moments: each goes on to the bit.
kill:
	KILLS=200 go test -count 1 -run Kill -v ./cmd/train

# accuracy prints the README's table, and fails if a mean is below what the project promises.
accuracy:
	EMBEDDING_DATA="$(abspath $(DATA))" go test -count 1 -timeout 30m -run TestAccuracyOnRealData ./cmd/train -v
	$(MAKE) --no-print-directory accuracy-vectors

# accuracy-vectors compares trained word vectors with people's judgements, those of PAIRS. The text is Debian's packages
# dict-gcide and dict-wn, which apt-get downloads.
accuracy-vectors:
	corpus=$$(mktemp) && trap "rm $$corpus" EXIT && go run ./internal/bench/cmd dictionaries $$corpus && \
	WORD2VEC_CORPUS="$$corpus" WORD2VEC_PAIRS="$(abspath $(PAIRS))" go test -count 1 -timeout 30m -run TestAgreesWithPeople ./word2vec -v

# bench compares this module with its peers in Go: all of them in turn, COUNT times over, on one CPU.
bench:
	go run ./internal/bench/cmd compare -count $(COUNT) -out bench.txt step growth lookup layers kernels bounds

# bench-pytorch compares it with PyTorch and fastText, Debian's python3-torch and fasttext.
bench-pytorch:
	go run ./internal/bench/cmd compare -count $(COUNT) -out bench-pytorch.txt step-pytorch lookup-pytorch loss-pytorch layers-pytorch models-pytorch training

# bench-gensim compares the reading and searching of word vectors with gensim's, Debian's python3-gensim.
bench-gensim:
	go run ./internal/bench/cmd compare -count $(COUNT) -out bench-gensim.txt vectors-gensim

# bench-word2vec compares the training of word vectors with gensim's and fastText's. A round takes some five minutes.
bench-word2vec:
	go run ./internal/bench/cmd compare -count $(COUNT) -out bench-word2vec.txt word2vec

# fuzz runs every fuzz target of the module for FUZZTIME.
fuzz:
	@for package in $$(go list ./...); do \
	for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	echo "$$package $$target"; go test $$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
	done; done

# notebook-kernel builds the notebooks' kernel and registers it with the user's Jupyter.
notebook-kernel:
	go -C notebooks/kernel run . install

# notebooks executes every notebook and compares what it shows with what is committed; needs Jupyter's nbconvert.
notebooks:
	go -C notebooks/kernel run . execute

# check-notebooks is make check for the kernel's module: its generated bindings are those of today's API.
check-notebooks:
	go -C notebooks/kernel vet ./...
	cd notebooks/kernel && go run $(STATICCHECK) ./...
	go -C notebooks/kernel mod tidy -diff
	@old=$$(mktemp -d) && trap "rm -r $$old" EXIT && cp notebooks/kernel/bindings/*.go $$old && \
	go -C notebooks/kernel generate ./bindings && diff -rq $$old notebooks/kernel/bindings || \
	{ echo "the bindings are not those of the API: commit what go generate writes"; exit 1; }
	go -C notebooks/kernel test ./...
