/// Options can be taken away one by one, to find out which of them a failure needs.
extension SimulationOptions {
    /// What there is in these options that can be left out: faults, troubles of the network, of workers and of clocks,
    /// and requests of clients. In a fixed order.
    public var features: [String] {
        SimulatedFault.allCases.filter { (faults[$0] ?? 0) > 0 }.map(\.rawValue)
            + Self.troubles.filter { $0.isPresent(self) }.map(\.name)
            + workload.weights.filter { $0.1 > 0 }.map(\.0.rawValue)
    }

    /// Leaves out what has this name in ``features``. False if nothing can ever have it.
    public mutating func remove(_ feature: String) -> Bool {
        if let fault = SimulatedFault(rawValue: feature) {
            faults[fault] = nil
        } else if let trouble = Self.troubles.first(where: { $0.name == feature }) {
            trouble.remove(&self)
        } else if let request = SimulatedRequest(rawValue: feature) {
            workload.remove(request)
        } else {
            return false
        }
        return true
    }

    private struct Trouble {
        let name: String
        let isPresent: (SimulationOptions) -> Bool
        let remove: (inout SimulationOptions) -> Void

        /// A part of the options that is left out by giving it the value that it has on a good day.
        init<Value: Equatable>(
            _ name: String, _ path: WritableKeyPath<SimulationOptions, Value>, without: Value? = nil
        ) {
            let good = without ?? SimulationOptions()[keyPath: path]
            self.name = name
            isPresent = { $0[keyPath: path] != good }
            remove = { $0[keyPath: path] = good }
        }
    }

    private static var troubles: [Trouble] {
        [
            Trouble("loss", \.link.loss), Trouble("spike", \.link.spikes), Trouble("latency", \.link.latency),
            Trouble("duplication", \.link.duplication), Trouble("offlineFrames", \.link.offlineFrames),
            Trouble("overflow", \.link.queueLimit), Trouble("brokers", \.brokers),
            Trouble("startSpread", \.startSpread),
            Trouble("clockSkew", \.clockSkew), Trouble("startFailure", \.startFailures),
            Trouble("workerFailure", \.workerFailures), Trouble("slowMessage", \.slowMessages),
            Trouble("mixedKinds", \.mixedKinds, without: false), Trouble("groups", \.groups),
            Trouble("strategy", \.strategy), Trouble("clients", \.clients),
            Trouble("outsideMessage", \.outsideMessages),
        ]
    }
}

extension SimulatedWorkload {
    fileprivate mutating func remove(_ request: SimulatedRequest) {
        switch request {
        case .register: register = 0
        case .unregister: unregister = 0
        case .join: join = 0
        case .leave: leave = 0
        case .metadata: metadata = 0
        case .call: call = 0
        case .send: send = 0
        case .publish: publish = 0
        }
    }
}
