// HostNode
