// From the network's raw outputs to boxes, in whole numbers: equal to the build's own decode number by number.
// A row is [x1, y1, x2, y2, score, label, anchor]: corners in pixels of the network's input times 2^bits, score of 2^31.

private let sure = 1 << 31

/// The integers that the build wrote, read.
struct Detector {
    private enum Shape: Int { case size, distance, cells }

    private struct Column {
        let output: Int, start: Int, step: Int
    }

    private struct Level {
        let rows: Int, columns: Int, steps: [Int], each: Int
        let anchors: [[Int]]
        let box: [Column], scores: Column, background: Column, object: Column
        let boxTables: [Int], scoreTable: Int, objectTable: Int, least: Int, leastObject: Int
        var count: Int { rows * columns * each }
    }

    private let width: Int, height: Int
    let bits: Int
    private let shape: Shape
    private let bins: Int, classes: Int, threshold: Int, over: Int, under: Int, room: Int, most: Int
    private let byStep: Bool, softmax: Bool, peaks: Bool, everyClass: Bool, perClass: Bool
    private let levels: [Level]
    private let tables: [[Int]]

    init(_ words: [Int]) {
        var rest = words[...]
        func next() -> Int { rest.removeFirst() }
        func many(_ count: Int) -> [Int] { (0..<count).map { _ in next() } }
        _ = next()
        (width, height, bits) = (next(), next(), next())
        shape = Shape(rawValue: next())!
        (bins, classes, threshold, over, under, room, most) = (next(), next(), next(), next(), next(), next(), next())
        (byStep, softmax, peaks, everyClass, perClass) = (next() != 0, next() != 0, next() != 0, next() != 0, next() != 0)
        let (levelCount, tableCount) = (next(), next())
        levels = (0..<levelCount).map { _ in
            let (rows, columns, steps, each) = (next(), next(), many(2), next())
            let anchors = (0..<each).map { _ in many(4) }
            let columnsOf = (0..<7).map { _ in Column(output: next(), start: next(), step: next()) }
            return Level(
                rows: rows, columns: columns, steps: steps, each: each, anchors: anchors, box: Array(columnsOf[..<4]),
                scores: columnsOf[4], background: columnsOf[5], object: columnsOf[6], boxTables: many(4), scoreTable: next(),
                objectTable: next(), least: next(), leastObject: next())
        }
        tables = (0..<tableCount).map { _ in many(256) }
    }

    /// The rows of one picture, the best first. `outputs`: int8 values, in the model's order.
    func detect(_ outputs: [[Int]]) -> [[Int]] {
        var found = [(score: Int, place: Int, label: Int, level: Int, anchor: Int)]()
        var first = 0
        for (number, level) in levels.enumerated() {
            for anchor in 0..<level.count where worthALook(level, outputs, anchor) {
                for (label, score) in scores(level, outputs, anchor) {
                    found.append((score, first + anchor, label, number, anchor))
                }
            }
            first += level.count
        }
        found.sort { ($1.score, $0.place, $0.label) < ($0.score, $1.place, $1.label) }
        let rows = found.prefix(room).compactMap { one -> [Int]? in
            let box = corners(levels[one.level], outputs, one.anchor)
            return box[2] > box[0] && box[3] > box[1] ? box + [one.score, one.label, one.place] : nil
        }
        return shape == .cells ? merged(rows) : kept(rows)
    }

    private func value(_ outputs: [[Int]], _ column: Column, _ anchor: Int, _ k: Int = 0) -> Int {
        outputs[column.output][column.start + anchor * column.step + k]
    }

    /// What decides most anchors without a table.
    private func worthALook(_ level: Level, _ outputs: [[Int]], _ anchor: Int) -> Bool {
        if level.object.output >= 0 { return value(outputs, level.object, anchor) >= level.leastObject }
        var most = -128
        for k in 0..<classes { most = max(most, value(outputs, level.scores, anchor, k)) }
        if softmax && level.background.output >= 0 { most -= value(outputs, level.background, anchor) }
        return most >= level.least
    }

    private func scores(_ level: Level, _ outputs: [[Int]], _ anchor: Int) -> [(Int, Int)] {
        let values = (0..<classes).map { value(outputs, level.scores, anchor, $0) }
        let all = level.background.output >= 0 ? values + [value(outputs, level.background, anchor)] : values
        let table = tables[level.scoreTable], largest = all.max()!
        let total = softmax ? all.reduce(0) { $0 + table[largest - $1] } : 1
        let labels = everyClass ? Array(values.indices) : [values.firstIndex(of: values.max()!)!]
        return labels.compactMap { label in
            var score = softmax ? (table[largest - values[label]] << 31) / total : table[values[label] + 128]
            if level.object.output >= 0 {
                score = (tables[level.objectTable][value(outputs, level.object, anchor) + 128] * score + sure / 2) >> 31
            }
            score = min(score, sure - 1)
            return score >= threshold && (!peaks || isPeak(level, outputs, anchor, label)) ? (label, score) : nil
        }
    }

    private func isPeak(_ level: Level, _ outputs: [[Int]], _ anchor: Int, _ label: Int) -> Bool {
        let (row, column) = (anchor / level.columns, anchor % level.columns)
        let own = value(outputs, level.scores, anchor, label)
        for y in max(0, row - 1)..<min(level.rows, row + 2) {
            for x in max(0, column - 1)..<min(level.columns, column + 2)
            where value(outputs, level.scores, y * level.columns + x, label) > own {
                return false
            }
        }
        return true
    }

    private func corners(_ level: Level, _ outputs: [[Int]], _ anchor: Int) -> [Int] {
        let cell = anchor / level.each, place = [cell % level.columns, cell / level.columns]
        let given = level.anchors[anchor % level.each]
        var edges = [0, 0, 0, 0]
        for axis in 0..<2 {
            let step = level.steps[axis]
            var (centre, size) = (given[axis] + place[axis] * step, given[axis + 2])
            if shape == .distance {
                func reach(_ side: Int) -> Int { (distance(level, outputs, anchor, side) * step + 1024) >> 11 }
                edges[axis] = (centre - reach(axis) + 128) >> 8
                edges[axis + 2] = (centre + reach(axis + 2) + 128) >> 8
                continue
            }
            if shape == .size {
                func told(_ side: Int) -> Int { tables[level.boxTables[side]][value(outputs, level.box[side], anchor) + 128] }
                centre += (told(axis) * (byStep ? step : size) + 32768) >> 16
                size = (told(axis + 2) * size + 32768) >> 16
            }
            edges[axis] = (2 * centre - size + 256) >> 9
            edges[axis + 2] = (2 * centre + size + 256) >> 9
        }
        return edges.enumerated().map { side, edge in max(0, min(side % 2 == 0 ? width : height, edge)) }
    }

    /// Mean bin of a row of logits, in 1/2048.
    private func distance(_ level: Level, _ outputs: [[Int]], _ anchor: Int, _ side: Int) -> Int {
        let values = (0..<bins).map { value(outputs, level.box[side], anchor, $0) }
        let largest = values.max()!, table = tables[level.boxTables[side]]
        let share = values.map { table[largest - $0] }, total = share.reduce(0, +)
        let mean = share.enumerated().reduce(0) { $0 + $1.offset * $1.element }
        return mean / total * 2048 + (mean % total * 2048 + total / 2) / total
    }

    private func kept(_ rows: [[Int]]) -> [[Int]] {
        var found = [[Int]]()
        for row in rows where found.count < most && !found.contains(where: { overlap($0, row) }) { found.append(row) }
        return found
    }

    private func overlap(_ a: [Int], _ b: [Int]) -> Bool {
        if under == 0 || (perClass && a[5] != b[5]) { return false }
        let (x, y) = (min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1]))
        if x <= 0 || y <= 0 { return false }
        let areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
        return x * y * (over + under) > areas * over
    }

    /// Neighbours of a class become the box around them, under the better one's score.
    private func merged(_ given: [[Int]]) -> [[Int]] {
        var rows = given, again = true
        while again {
            again = false
            var place = 0
            while place < rows.count {
                var other = place + 1
                while other < rows.count {
                    let (a, b) = (rows[place], rows[other])
                    if a[5] != b[5] || a[0] > b[2] || b[0] > a[2] || a[1] > b[3] || b[1] > a[3] {
                        other += 1
                        continue
                    }
                    let around = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
                    rows[place] = around + a[4...]
                    rows.remove(at: other)
                    again = true
                }
                place += 1
            }
        }
        return Array(rows.prefix(most))
    }
}

extension Contract {
    /// Corners of the network's input, times 2^bits, as pixels of a picture before it was prepared.
    func inPicture(_ row: [Int], bits: Int, width columns: Int, height rows: Int) -> [Int] {
        var (top, left, takenRows, takenColumns) = (0, 0, rows, columns)
        var (down, across) = (height, width)
        if fit == "crop" { (top, left, takenRows, takenColumns) = cropRegion(rows: rows, columns: columns) }
        if fit == "pad" { (down, across) = paddedSize(rows: rows, columns: columns) }
        let spans = [(left, takenColumns, (width - across) / 2, across), (top, takenRows, (height - down) / 2, down)]
        return row[..<4].enumerated().map { side, edge in
            let (start, taken, at, given) = spans[side % 2], length = given << bits
            let offset = max(0, min(length, edge - (at << bits)))
            return start + (offset * taken + length / 2) / length
        }
    }
}
