use std::sync::Arc;

use super::*;

type Numbers = Desk<Arc<u32>, u32>;

fn desk(answer: impl FnMut(&Arc<u32>) -> Result<u32, DetectError> + Send + 'static) -> Arc<Numbers> {
    Arc::new(Desk::open("numbers", answer).expect("started"))
}

#[test]
fn a_busy_desk_says_so_and_goes_on() {
    let (started, starts) = bounded(4);
    let (go, gate) = bounded::<()>(4);
    let desk = desk(move |number| {
        started.send(()).expect("waited for");
        gate.recv().expect("opened");
        Ok(**number + 1)
    });
    let callers: Vec<_> = (0..2)
        .map(|number| {
            let desk = Arc::clone(&desk);
            let (done, answer) = bounded(1);
            let body = move || done.send(desk.ask(Arc::new(number)).expect("answered")).expect("waited for");
            (Worker::spawn("caller", body).expect("started"), answer)
        })
        .collect();
    // One question is being answered; once the other waits in the queue, it is full.
    starts.recv().expect("started");
    while !desk.is_full() {
        std::thread::yield_now();
    }
    assert_eq!(desk.try_ask(Arc::new(7)).expect("no error"), None);
    for _ in 0..3 {
        go.send(()).expect("taken");
    }
    for (expected, (worker, answer)) in (1..).zip(callers) {
        assert_eq!(answer.recv().expect("answered"), expected);
        worker.join();
    }
    assert_eq!(desk.try_ask(Arc::new(7)).expect("no error"), Some(8));
}

#[test]
fn an_answer_that_fails_or_panics_is_an_error_and_the_desk_goes_on() {
    let desk = desk(|number| match **number {
        1 => panic!("on purpose"),
        2 => Err(failed("seven", "cannot".to_owned())),
        other => Ok(other),
    });
    let problem = desk.ask(Arc::new(1)).expect_err("panicked").to_string();
    assert_eq!(problem, "model numbers: panicked: on purpose");
    assert!(desk.try_ask(Arc::new(2)).is_err());
    assert_eq!(desk.ask(Arc::new(3)).expect("answered"), 3);
}

#[test]
fn dropping_it_ends_the_thread_and_lets_the_question_go() {
    let question = Arc::new(5);
    let desk = desk(|number| Ok(**number));
    desk.ask(Arc::clone(&question)).expect("answered");
    drop(desk);
    assert_eq!(Arc::strong_count(&question), 1);
}

#[test]
fn what_answers_cost_is_counted() {
    const EACH: Duration = Duration::from_millis(3);
    let desk = desk(|number| {
        let start = cpu::of_thread();
        while cpu::of_thread().saturating_sub(start) < EACH {
            std::hint::spin_loop();
        }
        if **number > 1 { Err(failed("numbers", "too large".to_owned())) } else { Ok(**number) }
    });
    assert_eq!(desk.spent(), Spent::default());
    desk.ask(Arc::new(1)).expect("answered");
    assert!(desk.ask(Arc::new(2)).is_err(), "what fails is paid for, too");
    let Spent { answers, cpu } = desk.spent();
    assert!(answers == 2 && cpu >= 2 * EACH, "{answers}, {cpu:?}");
}
