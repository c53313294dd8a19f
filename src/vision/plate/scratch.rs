use super::super::*;
use crate::decode::PixelFormat;

fn scratch_text(lines: &[PlateLine]) -> String {
    let line = |line: &PlateLine| line.iter().map(|c| c.options.first().map_or('?', |o| o.0)).collect::<String>();
    lines.iter().map(line).collect::<Vec<_>>().join("/")
}

#[test]
fn scratch_measure() {
    let scale: f32 = std::env::var("SCALE").map_or(1.0, |s| s.parse().unwrap());
    let jitter: f32 = std::env::var("JITTER").map_or(0.0, |s| s.parse().unwrap());
    let manifest = Manifest::load(None).unwrap();
    let model = manifest.model("pp-ocr-v6").unwrap();
    let mut reader = LineReader::load(&manifest, model).unwrap();
    let mut right = 0;
    let mut count = 0;
    let mut seed = fastrand::Rng::with_seed(3);
    for row in std::fs::read_to_string("/work/train/read/plates.txt").unwrap().lines() {
        let words: Vec<_> = row.split(' ').collect();
        let picture = image::open(words[0]).unwrap().to_rgb8();
        let (w, h) = picture.dimensions();
        let (w2, h2) = ((w as f32 * scale) as u32, (h as f32 * scale) as u32);
        let picture = image::imageops::resize(&picture, w2, h2, image::imageops::FilterType::Triangle);
        let frame = Frame::from_bytes(
            picture.into_raw(),
            PixelFormat::Rgb,
            (w2, h2),
            std::time::Duration::ZERO,
            jiff::Timestamp::UNIX_EPOCH,
        )
        .unwrap();
        let n: Vec<f32> = words[2..].iter().map(|n| n.parse::<f32>().unwrap() * scale).collect();
        let base = [0, 1, 2, 3].map(|i| Point { x: n[2 * i], y: n[2 * i + 1] });
        for _ in 0..if jitter > 0.0 { 4 } else { 1 } {
            let (pw, ph) = size(&base);
            let corners = base.map(|p| Point {
                x: p.x + (seed.f32() - 0.5) * 2.0 * jitter * pw,
                y: p.y + (seed.f32() - 0.5) * 2.0 * jitter * ph,
            });
            let plate = Homography::onto(&corners).unwrap();
            let planes = frame.planes();
            let colors = Colors::of(&planes).unwrap();
            let size = size(&corners);
            let strip = whole(&colors, &corners, &plate);
            let parts = lines(&strip, size, Class::Car);
            let (lines, runs) = reader.read(&colors, &plate, size, &parts).unwrap();
            let place = Place { kind: PlaceKind::Plate, confidence: 1.0, corners };
            let seen = observe(&planes, &colors, &place, &strip);
            let text = scratch_text(&lines);
            let least = lines.iter().flatten().map(|c| c.options.first().map_or(0.0, |o| o.1)).fold(1.0, f32::min);
            let product = lines.iter().flatten().map(|c| c.options.first().map_or(0.0, |o| o.1)).product::<f32>();
            right += usize::from(text == words[1]);
            count += 1;
            println!(
                "{} {} {} {} least {:.2} product {:.2} runs {} aspect {:.2} gap {:?} w {:.0} sharp {:.2} burnt {:.2} {:?}",
                if text == words[1] { ' ' } else { 'X' },
                &words[0][words[0].len() - 9..],
                words[1],
                text,
                least,
                product,
                runs,
                size.0 / size.1,
                parts.get(1).map(|p| (p.y * 100.0).round() / 100.0),
                size.0,
                seen.sharpness,
                seen.burnt,
                seen.color
            );
            if text != words[1] {
                println!("{:?}", lines);
            }
        }
    }
    println!("RIGHT {right} of {count}");
}
