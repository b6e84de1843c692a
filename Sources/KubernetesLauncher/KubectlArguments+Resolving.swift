import JSON

extension KubectlArguments {
    /// The same with context and namespace by name, so that later commands go to the same place even if the kubeconfig's
    /// current context has become another one. Without a kubeconfig, as inside a pod, nothing changes.
    func resolved(by kubectl: Kubectl) async throws(LaunchFailure) -> KubectlArguments {
        let view = connection + ["config", "view", "--minify", "-o", "json"]
        let answer = try await kubectl.ask(view)
        guard answer.isSuccess, let config = try? JSONParser.parse(answer.output) else { return self }
        return resolved(config)
    }

    /// What a minified kubeconfig adds: the name of its one context, and that context's namespace.
    func resolved(_ config: JSONValue) -> KubectlArguments {
        guard let current = config["current-context"]?.stringValue, !current.isEmpty else { return self }
        var known = self
        known.context = context ?? current
        let chosen = config["contexts"]?.arrayValue?.first?["context"]?["namespace"]?.stringValue
        known.namespace = namespace ?? chosen ?? "default"
        return known
    }
}
