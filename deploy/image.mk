# The container image and the release. Included by the Makefile.

image_folder := .build/image

.PHONY: image image-test image-reproducible sbom completions release-check

image: agent ## build the container image with buildah, podman or docker
	@deploy/build-image $(image_folder)/k8s-mcp-agent.tar
	@deploy/make-sbom $(image_folder)/rootfs > $(image_folder)/k8s-mcp-agent.spdx.json

image-test: agent ## run the image as a node would, with a whole session through it (skips without buildah and podman)
	@deploy/test-image

image-reproducible: agent ## build the image twice and compare the digests
	@deploy/build-image $(image_folder)/first.tar
	@deploy/build-image $(image_folder)/second.tar
	@cmp $(image_folder)/first.tar.digest $(image_folder)/second.tar.digest && echo "the same digest twice"

sbom: image ## write the bill of materials (SPDX) beside the image

completions: agent ## write shell completions and the man page to .build/release
	@deploy/make-completions .build/release

release-check: ## check what can be checked of a release without the network
	@deploy/release-check
