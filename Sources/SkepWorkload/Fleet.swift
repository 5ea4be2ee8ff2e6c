/// The pods that the services run on, as ready-made resource fields.
struct Fleet {
    static let podsPerRegion = 4
    private static let hostsPerRegion: UInt32 = 14
    private static let podLetters = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

    /// Pod fragments by service, region and pod.
    private var pods: [Fragment] = []
    /// The pods of the faulty version, in its region.
    private var faultyPods: [Fragment] = []

    init(_ table: inout FragmentTable) {
        // The fleet is the same for all seeds: it belongs to the shop, not to a run.
        var random = RandomStream(seed: 0x5EED_F1EE7)
        for service in Service.allCases {
            for region in 0..<Geography.regions.count {
                for pod in 0..<Self.podsPerRegion {
                    let isCanary = pod == Self.podsPerRegion - 1
                    let version = isCanary ? service.versions.canary : service.versions.stable
                    let fields = Self.fields(service, region, version, &random)
                    pods.append(table.add(fields: fields))
                }
            }
        }
        for _ in 0..<Self.podsPerRegion {
            let fields = Self.fields(
                .payment, PlantedFault.region, PlantedFault.version, &random)
            faultyPods.append(table.add(fields: fields))
        }
    }

    /// The resource fields of the pod that answers one trace's calls to a service.
    ///
    /// - Parameter rolledOut: Whether the faulty version has replaced the one before.
    func pod(of service: Service, region: UInt8, choice: UInt64, rolledOut: Bool) -> Fragment {
        // Any function of trace and service will do; shifting keeps the services independent.
        let pod = Int((choice >> (UInt64(service.rawValue) &* 2)) & 3)
        if rolledOut, service == .payment, Int(region) == PlantedFault.region {
            return faultyPods[pod]
        }
        let regionIndex = Int(service.rawValue) * Geography.regions.count + Int(region)
        return pods[regionIndex * Self.podsPerRegion + pod]
    }

    private static func fields(
        _ service: Service, _ region: Int, _ version: String, _ random: inout RandomStream
    ) -> [(name: String, value: String)] {
        let host = random.below(hostsPerRegion)
        var suffix = ""
        for position in 0..<14 {
            let letter = podLetters[Int(random.below(UInt32(podLetters.count)))]
            suffix += position == 9 ? "-" : String(UnicodeScalar(letter))
        }
        return [
            ("service.name", service.name),
            ("service.version", version),
            ("host.name", "ip-10-\(region + 1)-\(host / 7)-\(20 + host)"),
            ("k8s.pod.name", "\(service.name)-\(suffix)"),
            ("cloud.region", Geography.regions[region]),
            ("telemetry.sdk.language", service.language),
        ]
    }
}
