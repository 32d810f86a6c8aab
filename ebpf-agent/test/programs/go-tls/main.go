// A server and a client of HTTPS by Go's own crypto/tls, for tests of the agent.
//
//	go-tls serve CERT KEY        prints its port
//	go-tls ask URL COUNT WORKERS waits for a line on its input, then asks
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
)

func serve(cert, key string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	answer := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello")
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(os.Getenv("GO_TLS_HTTP2") != "")
	server := &http.Server{Handler: http.HandlerFunc(answer), Protocols: protocols}
	return server.ServeTLS(listener, cert, key)
}

func ask(url string, count, workers int) error {
	bufio.NewReader(os.Stdin).ReadString('\n')
	client := &http.Client{Transport: &http.Transport{
		MaxConnsPerHost:     workers,
		MaxIdleConnsPerHost: workers,
		ForceAttemptHTTP2:   os.Getenv("GO_TLS_HTTP2") != "",
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true},
	}}
	var group sync.WaitGroup
	failures := make(chan error, workers)
	for worker := 0; worker < workers; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < count/workers; i++ {
				answer, err := client.Get(url)
				if err != nil {
					failures <- err
					return
				}
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
		}()
	}
	group.Wait()
	close(failures)
	return <-failures
}

func main() {
	var err error
	switch os.Args[1] {
	case "serve":
		err = serve(os.Args[2], os.Args[3])
	case "ask":
		count, _ := strconv.Atoi(os.Args[3])
		workers, _ := strconv.Atoi(os.Args[4])
		err = ask(os.Args[2], count, workers)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
