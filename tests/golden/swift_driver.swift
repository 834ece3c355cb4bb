// The package's own code, asked about many packages in one process: paths of their folders in, a line for everything that differs.

enum Asked {
    nonisolated(unsafe) static var facts: Facts!
    nonisolated(unsafe) static var golden: URL!

    static func prepare(_ picture: Picture) throws -> [UInt8] { try facts.contract.prepare(picture) }
    static func numbers(_ values: [Double]) throws -> [[UInt8]] { try facts.numberBytes(values) }
    static func decide(_ outputs: [[UInt8]]) throws -> Answer { try facts.decide(outputs) }
}

private func replay(_ package: String) throws -> Int {
    let folder = URL(fileURLWithPath: package)
    Asked.facts = Facts.read(try Data(contentsOf: folder.appendingPathComponent("facts.json")))
    Asked.golden = folder.appendingPathComponent("golden")
    var count = 0
    func same(_ holds: Bool, _ what: String) {
        count += 1
        if !holds { print("\(package): \(what)") }
    }
    let golden = try golden(), answers = try answers()
    for row in golden["cases"] as! [[String: Any]] {
        let picture = try Picture(
            width: row["columns"] as! Int, height: row["rows"] as! Int, channels: Asked.facts.contract.sourceChannels,
            bytes: try bytes(row["rgb"] as! String))
        same(try Asked.prepare(picture) == bytes(row["pixels"] as! String), "case \(row["name"]!)")
    }
    for row in try json("frames.json")["frames"] as! [[String: Any]] {
        same(try sha256(Asked.prepare(frame(row))) == row["sha256"] as! String, "frame \(row["order"]!) \(row["rotation"]!)")
    }
    func check(_ output: [UInt8], _ wanted: [String: Any], _ name: String) throws {
        same(try told(Asked.decide(apart(output))) as NSDictionary == wanted as NSDictionary, name)
    }
    for (row, known) in zip(golden["vectors"] as! [[String: Any]], answers["vectors"] as! [[String: Any]]) {
        for (kernels, output) in row["outputs"] as! [String: String] {
            try check(unhex(output).map { $0 ^ 0x80 }, known[kernels] as! [String: Any], "\(row["name"]!), \(kernels)")
        }
    }
    for (n, row) in (answers["more"] as! [[String: Any]]).enumerated() {
        try check(unhex(row["bytes"] as! String), row["answer"] as! [String: Any], "output \(n)")
    }
    for row in answers["numbers"] as! [[Any]] {
        let values = row.dropFirst().map { ($0 as! NSNumber).doubleValue }
        same(try Asked.numbers(values).flatMap { $0 } == unhex(row[0] as! String), "numbers \(values)")
    }
    return count
}

@main
enum Driver {
    static func main() throws {
        var count = 0
        for package in CommandLine.arguments.dropFirst() { count += try replay(package) }
        print("compared \(count)")
    }
}
