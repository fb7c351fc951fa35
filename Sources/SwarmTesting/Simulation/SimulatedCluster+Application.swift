import SwarmCore

/// The workers of an application, where there are any.
extension SimulatedCluster {
    /// False: it refuses to start, or to take the state.
    func startApplication(of worker: SimulatedWorker) -> Bool {
        guard let application else { return true }
        var state: [UInt8]?
        if case .bytes(let bytes) = worker.handed { state = SimulatedPayload.state(bytes).application }
        return application.start(worker.serial, worker.order, state: state, isMove: worker.isPrepared)
    }

    /// What it adds to the answer; nil: it failed. Messages of groups are the simulator's own.
    func applicationAnswer(of worker: SimulatedWorker, to mail: SimulatedWorker.Mail) -> [UInt8]? {
        guard let application, let message = SimulatedPayload.applicationPart(of: mail.payload) else { return [] }
        return application.receive(worker.serial, message)
    }
}
