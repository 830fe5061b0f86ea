//! What holds however a file is cut into parts and whoever reads them.

use super::*;
use crate::random::SplitMix64;

/// A cell of a random file: a number, a date, a word, nothing, quoted line ends, and now and then what breaks a row.
fn cell(random: &mut SplitMix64, flavour: u64) -> String {
    let n = random.below(1_000);
    match (flavour, random.below(40)) {
        (_, 0) => String::new(),
        (_, 1) => "\"\"".to_owned(),
        (_, 2) if n < 60 => "\"a\nb, c\n\"\"d\"\"\"".to_owned(),
        (_, 3) if n < 40 => "\"lost".to_owned(),
        (_, 4) if n < 40 => "\"x\" y".to_owned(),
        (_, 5) if n < 40 => "more,fields".to_owned(),
        (_, 6) if n < 40 => "nul\0".to_owned(),
        (0, _) => n.to_string(),
        (1, _) => format!("{}.{}", n, random.below(100)),
        (2, 7) => "word".to_owned(),
        (2, _) => n.to_string(),
        (3, _) => format!("2024-0{}-1{}", 1 + n % 9, n % 10),
        (4, _) => format!("{:02}/{:02}/2024", 1 + n % 28, 1 + n % 12),
        (5, _) => format!("{:02}/{:02}/2024", 1 + n % 12, 1 + n % 12),
        (6, _) => ["red", "blue", "a, b", "None"][n as usize % 4].replace("a, b", "\"a, b\""),
        (7, _) => format!("{},{:03}", 1 + n % 9, n).replace(',', "'"),
        (_, _) => format!("text {n} of {}", random.below(1_000)),
    }
}

fn file(random: &mut SplitMix64) -> String {
    let columns = 1 + random.below(5) as usize;
    let flavours: Vec<u64> = (0..columns).map(|_| random.below(9)).collect();
    let mut text = (0..columns).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
    let end = ["\n", "\r\n"][random.below(2) as usize];
    text.push_str(end);
    for _ in 0..random.below(120) {
        let cells: Vec<String> = flavours.iter().map(|flavour| cell(random, *flavour)).collect();
        text.push_str(&cells.join(","));
        text.push_str(end);
        if random.below(30) == 0 {
            text.push_str(end);
        }
    }
    text
}

#[test]
fn a_file_reads_the_same_in_parts_of_any_size_on_any_number_of_threads() {
    let mut random = SplitMix64::new(11);
    let mut read = 0;
    for case in 0..400 {
        let text = file(&mut random);
        let whole = Sizes { part: usize::MAX, head: usize::MAX / 4 };
        let wanted = read_part(text.as_bytes(), &IntakeOptions::default(), Part::Whole, whole);
        read += usize::from(wanted.is_ok());
        for (part, head, threads) in [(40, 60, 3), (150, 10, 2), (1_000, 400, 4), (70, 100, 1)] {
            let options = IntakeOptions { threads, ..IntakeOptions::default() };
            let found = read_part(text.as_bytes(), &options, Part::Whole, Sizes { part, head });
            assert_eq!(found, wanted, "case {case}, parts of {part}:\n{text}");
        }
    }
    assert!(read > 200, "{read}");
}

#[test]
fn a_large_file_is_read_by_threads_as_by_one() {
    let row = |i: usize| format!("{i},{}.5,w{},\"a\nb {}\"\n", i % 977, i % 7, i % 13);
    let text = format!("id,x,w,t\n{}late,1,w1,end\n", (0..300_000).map(row).collect::<String>());
    let with = |threads| {
        let options = IntakeOptions { threads, ..IntakeOptions::default() };
        read(text.as_bytes(), &options).unwrap()
    };
    let wanted = with(1);
    assert_eq!((wanted.table.rows, wanted.rejected), (300_001, 0));
    assert_eq!(wanted.row_lines.get(300_000), Some(600_002));
    for threads in [2, 3] {
        assert_eq!(with(threads), wanted);
    }
}

#[test]
fn a_bad_row_refuses_the_file_where_none_may_be_left_out() {
    let options = IntakeOptions { bad_rows: BadRows::Refuse, ..IntakeOptions::default() };
    let error = read(b"a,b\n1,2\n3\n4,5\n", &options).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().starts_with("line 3: the row has 1 fields")),
        ("bad_row", true)
    );
    let no_room = Limits { max_rejects: 0, ..Limits::default() };
    let options = IntakeOptions { limits: no_room, ..options };
    assert_eq!(read(b"a,b\n1,2\n3\n", &options).unwrap_err().code(), "bad_row");
    assert_eq!(read(b"a,b\n1,2\n", &options).unwrap().table.rows, 1);
}
