import ArgumentParser
import KubernetesLauncher

/// Which cluster, and with which kubectl.
struct ClusterOptions: ParsableArguments {
    @Option(help: "The kubeconfig context.")
    var context: String?

    @Option(name: [.short, .long], help: "The namespace for the pod; otherwise the context's own.")
    var namespace: String?

    @Option(help: ArgumentHelp("The kubeconfig file.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The kubectl to use.", valueName: "name or path"))
    var kubectl = "kubectl"

    var arguments: KubectlArguments {
        KubectlArguments(context: context, namespace: namespace, kubeconfig: kubeconfig)
    }

    /// The same options as they would be written again by somebody in another folder.
    var commandLine: [String] {
        let file = kubeconfig.map(LocalSystem.absolute)
        let given = [("--context", context), ("--namespace", namespace), ("--kubeconfig", file)]
        let options = given.flatMap { name, value in value.map { [name, $0] } ?? [] }
        let program = kubectl.contains("/") ? LocalSystem.absolute(kubectl) : kubectl
        return options + (program == "kubectl" ? [] : ["--kubectl", program])
    }
}
