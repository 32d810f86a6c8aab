// Payment charges cards. Version 1.10.0 of it is the shop's bad version.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

const (
	name            = "payment"
	badVersion      = "1.10.0"
	declinedOf1000  = 12
	bodyBytesMax    = 10_000
	shutdownTimeout = 5 * time.Second
)

type charge struct {
	Order string `json:"order"`
	Bank  string `json:"bank"`
	Cents int64  `json:"cents"`
}

// rules of a bank; the bad version was released without those of one of them.
type rules struct {
	limitCents int64
	delay      time.Duration
}

type payment struct {
	banks   map[string]*rules
	log     *slog.Logger
	tracer  trace.Tracer
	charged metric.Int64Counter
}

func newPayment(version string) (*payment, error) {
	banks := map[string]*rules{
		"alder": {limitCents: 500_000, delay: 4 * time.Millisecond},
		"birch": {limitCents: 300_000, delay: 8 * time.Millisecond},
		"cedar": {limitCents: 400_000, delay: 6 * time.Millisecond},
	}
	if version == badVersion {
		banks["cedar"] = nil
		for _, bank := range []string{"alder", "birch"} {
			banks[bank].delay += 120 * time.Millisecond
		}
	}
	charged, err := otel.Meter(name).Int64Counter("shop.payments.amount",
		metric.WithUnit("{cent}"), metric.WithDescription("Money that was charged"))
	if err != nil {
		return nil, err
	}
	return &payment{
		banks:   banks,
		log:     otelslog.NewLogger(name),
		tracer:  otel.Tracer(name),
		charged: charged,
	}, nil
}

func (p *payment) serveCharge(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	defer p.answerPanic(ctx, w)
	var c charge
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyBytesMax)).Decode(&c); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	trace.SpanFromContext(ctx).SetAttributes(
		attribute.String("payment.bank", c.Bank), attribute.String("shop.order.id", c.Order))
	if err := p.charge(ctx, c); err != nil {
		p.log.WarnContext(ctx, fmt.Sprintf("card of bank %s was declined for order %s", c.Bank, c.Order))
		answer(w, http.StatusPaymentRequired, map[string]string{"error": err.Error()})
		return
	}
	p.charged.Add(ctx, c.Cents, metric.WithAttributes(attribute.String("payment.bank", c.Bank)))
	p.log.InfoContext(ctx, fmt.Sprintf("charged %d cents for order %s", c.Cents, c.Order), "bank", c.Bank)
	answer(w, http.StatusOK, map[string]string{"state": "charged"})
}

var errDeclined = errors.New("card declined")

func (p *payment) charge(ctx context.Context, c charge) error {
	ctx, span := p.tracer.Start(ctx, "authorize card", trace.WithAttributes(
		attribute.String("payment.bank", c.Bank), attribute.Int64("payment.cents", c.Cents)))
	defer span.End()
	bank := p.banks[c.Bank]
	p.ask(ctx, bank.delay)
	if c.Cents > bank.limitCents || rand.IntN(1000) < declinedOf1000 {
		return errDeclined
	}
	return nil
}

// ask stands for the bank's computer.
func (p *payment) ask(ctx context.Context, delay time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(delay + time.Duration(rand.Int64N(int64(delay)))):
	}
}

// answerPanic turns a panic of a handler into an error with its stack, on the span and in the log.
func (p *payment) answerPanic(ctx context.Context, w http.ResponseWriter) {
	reason := recover()
	if reason == nil {
		return
	}
	stack := string(debug.Stack())
	message := fmt.Sprint(reason)
	span := trace.SpanFromContext(ctx)
	span.AddEvent("exception", trace.WithAttributes(
		attribute.String("exception.type", fmt.Sprintf("%T", reason)),
		attribute.String("exception.message", message),
		attribute.String("exception.stacktrace", stack)))
	span.SetStatus(codes.Error, message)
	p.log.ErrorContext(ctx, "charge failed: "+message, "exception.type", fmt.Sprintf("%T", reason),
		"exception.message", message, "exception.stacktrace", stack)
	answer(w, http.StatusInternalServerError, map[string]string{"error": message})
}

func answer(w http.ResponseWriter, status int, body map[string]string) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		fmt.Fprintln(os.Stderr, "answer was not sent:", err)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	shutdown, err := startTelemetry(ctx)
	if err != nil {
		return err
	}
	version := os.Getenv("SHOP_VERSION")
	payment, err := newPayment(version)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charge", payment.serveCharge)
	server := &http.Server{
		Addr:              "127.0.0.1:" + os.Getenv("PORT"),
		Handler:           otelhttp.NewHandler(mux, "payment"),
		ReadHeaderTimeout: 5 * time.Second,
	}
	payment.log.Info(fmt.Sprintf("payment %s listens on port %s", version, os.Getenv("PORT")))
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	return errors.Join(err, server.Shutdown(ending), shutdown(ending))
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
