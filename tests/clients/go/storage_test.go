// Package clients drives the storage emulator with Debian's Go client (golang-google-cloud-dev).
// go_client_test.mjs, one directory up, starts the emulator and this.
package clients

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"
)

const (
	project = "hyperlocal-test"
	kib     = 1024
	mib     = 1024 * kib
)

var (
	host       = os.Getenv("STORAGE_EMULATOR_HOST") // host:port; this client takes no scheme in it
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	buckets    int64
)

// content is the same for the same length and seed, and does not compress well.
func content(length int, seed uint32) []byte {
	out := make([]byte, length)
	state := seed*2654435761 | 1
	for i := range out {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		out[i] = byte(state)
	}
	return out
}

// newClient has the emulator's address as its endpoint. In this version of the client,
// STORAGE_EMULATOR_HOST alone does not move the calls other than reads and writes of content.
func newClient(t *testing.T, options ...option.ClientOption) *storage.Client {
	t.Helper()
	options = append([]option.ClientOption{
		option.WithoutAuthentication(), option.WithEndpoint("http://" + host + "/storage/v1/"),
	}, options...)
	client, err := storage.NewClient(context.Background(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func newBucket(t *testing.T, client *storage.Client, attrs *storage.BucketAttrs) *storage.BucketHandle {
	t.Helper()
	bucket := client.Bucket(fmt.Sprintf("go-%d-%d", os.Getpid(), atomic.AddInt64(&buckets, 1)))
	if err := bucket.Create(context.Background(), project, attrs); err != nil {
		t.Fatal(err)
	}
	return bucket
}

func write(t *testing.T, object *storage.ObjectHandle, body []byte, prepare ...func(*storage.Writer)) *storage.ObjectAttrs {
	t.Helper()
	writer := object.NewWriter(context.Background())
	for _, each := range prepare {
		each(writer)
	}
	if _, err := writer.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return writer.Attrs()
}

func tryWrite(object *storage.ObjectHandle, body []byte, prepare ...func(*storage.Writer)) error {
	writer := object.NewWriter(context.Background())
	for _, each := range prepare {
		each(writer)
	}
	if _, err := writer.Write(body); err != nil {
		return err
	}
	return writer.Close()
}

func read(t *testing.T, object *storage.ObjectHandle) []byte {
	t.Helper()
	reader, err := object.NewReader(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	body, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func mustBe(t *testing.T, err error, status int) {
	t.Helper()
	var answer *googleapi.Error
	if !errors.As(err, &answer) || answer.Code != status {
		t.Fatalf("expected status %d, got %v", status, err)
	}
}

func chunked(size int) func(*storage.Writer) {
	return func(writer *storage.Writer) { writer.ChunkSize = size }
}

func TestWritesOfEverySizeAndChunk(t *testing.T) {
	client := newClient(t)
	bucket := newBucket(t, client, nil)
	for _, chunk := range []int{0, 256 * kib, mib, 16 * mib} {
		for _, length := range []int{0, 1, 256*kib - 1, 256 * kib, 256*kib + 1, 512 * kib, mib, 3*mib + 5} {
			t.Run(fmt.Sprintf("%d in chunks of %d", length, chunk), func(t *testing.T) {
				body := content(length, uint32(length+chunk))
				object := bucket.Object(fmt.Sprintf("sizes/%d/%d", chunk, length))
				attrs := write(t, object, body, chunked(chunk))
				if attrs.Size != int64(length) || attrs.CRC32C != crc32.Checksum(body, castagnoli) {
					t.Fatalf("the answer has %d bytes with crc32c %d", attrs.Size, attrs.CRC32C)
				}
				if sum := md5.Sum(body); !bytes.Equal(attrs.MD5, sum[:]) {
					t.Fatal("the answer has another MD5")
				}
				if !bytes.Equal(read(t, object), body) {
					t.Fatal("what is read is not what was written")
				}
			})
		}
	}
}

func TestTheEnvironmentAloneIsEnoughForContent(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	client, err := storage.NewClient(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	object := client.Bucket(bucketName(t, bucket)).Object("by/environment")
	write(t, object, []byte("content"))
	if got := read(t, object); string(got) != "content" {
		t.Fatalf("got %q", got)
	}
}

func bucketName(t *testing.T, bucket *storage.BucketHandle) string {
	t.Helper()
	attrs, err := bucket.Attrs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return attrs.Name
}

func TestProgressIsToldChunkByChunk(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	var seen []int64
	write(t, bucket.Object("progress"), content(mib, 1), chunked(256*kib), func(writer *storage.Writer) {
		writer.ProgressFunc = func(sent int64) { seen = append(seen, sent) }
	})
	if len(seen) < 3 || seen[0] != 256*kib {
		t.Fatalf("progress: %v", seen)
	}
}

func TestWrongChecksumsAreRefused(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	for _, chunk := range []int{0, 256 * kib} {
		object := bucket.Object(fmt.Sprintf("wrong/%d", chunk))
		body := content(600*kib, 2)
		mustBe(t, tryWrite(object, body, chunked(chunk), func(writer *storage.Writer) {
			writer.CRC32C, writer.SendCRC32C = crc32.Checksum(body, castagnoli)+1, true
		}), http.StatusBadRequest)
		mustBe(t, tryWrite(object, body, chunked(chunk), func(writer *storage.Writer) {
			writer.MD5 = make([]byte, md5.Size)
		}), http.StatusBadRequest)
		if _, err := object.Attrs(context.Background()); err != storage.ErrObjectNotExist {
			t.Fatalf("an object is there: %v", err)
		}
		write(t, object, body, chunked(chunk), func(writer *storage.Writer) {
			writer.CRC32C, writer.SendCRC32C = crc32.Checksum(body, castagnoli), true
		})
	}
}

func TestAWriteThatIsGivenUpLeavesNothing(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	object := bucket.Object("given-up")
	ctx, cancel := context.WithCancel(context.Background())
	writer := object.NewWriter(ctx)
	writer.ChunkSize = 256 * kib
	if _, err := writer.Write(content(mib, 3)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := writer.Close(); err == nil {
		t.Fatal("a cancelled write was closed without an error")
	}
	if _, err := object.Attrs(context.Background()); err != storage.ErrObjectNotExist {
		t.Fatalf("an object is there: %v", err)
	}
}

func TestRanges(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	body := content(700*kib, 4)
	object := bucket.Object("ranged object")
	write(t, object, body)
	for _, each := range []struct {
		offset, length int64
		want           []byte
	}{
		{0, -1, body}, {0, 10, body[:10]}, {10, 10, body[10:20]}, {100, -1, body[100:]},
		{-7, -1, body[len(body)-7:]}, {int64(len(body)) - 1, -1, body[len(body)-1:]},
		{int64(len(body)) - 5, 100, body[len(body)-5:]}, {0, 0, nil}, {5, 0, nil},
	} {
		t.Run(fmt.Sprintf("%d+%d", each.offset, each.length), func(t *testing.T) {
			reader, err := object.NewRangeReader(context.Background(), each.offset, each.length)
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			got, err := io.ReadAll(reader)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, each.want) {
				t.Fatalf("%d bytes, not the %d that were asked for", len(got), len(each.want))
			}
			if reader.Attrs.Size != int64(len(body)) {
				t.Fatalf("the size is told as %d", reader.Attrs.Size)
			}
		})
	}
	_, err := object.NewRangeReader(context.Background(), int64(len(body)), -1)
	mustBe(t, err, http.StatusRequestedRangeNotSatisfiable)
}

func TestReadersTellWhatTheyRead(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	object := bucket.Object("described")
	attrs := write(t, object, []byte("x"), func(writer *storage.Writer) {
		writer.ContentType, writer.CacheControl = "text/x-go", "max-age=5"
	})
	reader, err := object.NewReader(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if reader.Attrs.Generation != attrs.Generation || reader.Attrs.Metageneration != 1 ||
		reader.Attrs.ContentType != "text/x-go" || reader.Attrs.CacheControl != "max-age=5" ||
		time.Since(reader.Attrs.LastModified) > time.Hour {
		t.Fatalf("%+v", reader.Attrs)
	}
}

func TestAReaderIsOfTheGenerationAndTheConditionsOfItsHandle(t *testing.T) {
	ctx := context.Background()
	bucket := newBucket(t, newClient(t), &storage.BucketAttrs{VersioningEnabled: true})
	object := bucket.Object("n")
	first := write(t, object, []byte("first"))
	write(t, object, []byte("second"))
	if got := read(t, object.Generation(first.Generation)); string(got) != "first" {
		t.Fatalf("got %q", got)
	}
	_, err := object.If(storage.Conditions{GenerationMatch: first.Generation}).NewReader(ctx)
	mustBe(t, err, http.StatusPreconditionFailed)
	if _, err := object.Generation(7).NewReader(ctx); err != storage.ErrObjectNotExist {
		t.Fatalf("a generation that never was: %v", err)
	}
}

// changed sends the header with every request.
type changed struct{ name, value string }

func (c changed) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set(c.name, c.value)
	return http.DefaultTransport.RoundTrip(request)
}

// The XML API sends a header for each checksum; this client finds the CRC32C only in one of its own.
func TestCorruptionIsNoticed(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	write(t, bucket.Object("o"), content(300*kib, 5))
	corrupting := newClient(t, option.WithHTTPClient(&http.Client{
		Transport: changed{"x-goog-emulator-instructions", "return-corrupted-data"},
	}))
	reader, err := corrupting.Bucket(bucketName(t, bucket)).Object("o").NewReader(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := io.ReadAll(reader); err == nil || !strings.Contains(err.Error(), "CRC") {
		t.Fatalf("corrupted content was taken: %v", err)
	}
}

func TestCompressedContent(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	var buffer bytes.Buffer
	packer := gzip.NewWriter(&buffer)
	if _, err := packer.Write([]byte("compressed\n")); err != nil {
		t.Fatal(err)
	}
	if err := packer.Close(); err != nil {
		t.Fatal(err)
	}
	packed := buffer.Bytes()
	object := bucket.Object("packed")
	write(t, object, packed, func(writer *storage.Writer) {
		writer.ContentEncoding, writer.ContentType = "gzip", "text/plain"
	})
	if got := read(t, object); string(got) != "compressed\n" {
		t.Fatalf("decompressed: %q", got)
	}
	if got := read(t, object.ReadCompressed(true)); !bytes.Equal(got, packed) {
		t.Fatalf("as it is stored: %d bytes", len(got))
	}
}

func TestAttributesAndTheirChange(t *testing.T) {
	ctx := context.Background()
	bucket := newBucket(t, newClient(t), nil)
	object := bucket.Object("attributes")
	write(t, object, []byte("body"), func(writer *storage.Writer) {
		writer.ContentType, writer.ContentLanguage = "text/x-go", "de"
		writer.Metadata = map[string]string{"a": "1", "b": "2"}
		writer.StorageClass = "NEARLINE"
	})
	attrs, err := object.Attrs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if attrs.Name != "attributes" || attrs.Size != 4 || attrs.ContentType != "text/x-go" || attrs.ContentLanguage != "de" ||
		attrs.StorageClass != "NEARLINE" || attrs.Metageneration != 1 || attrs.Metadata["b"] != "2" ||
		attrs.MediaLink == "" || attrs.Etag == "" || time.Since(attrs.Created) > time.Hour {
		t.Fatalf("%+v", attrs)
	}
	attrs, err = object.Update(ctx, storage.ObjectAttrsToUpdate{
		ContentType: "text/x-new", ContentLanguage: "", Metadata: map[string]string{"a": "3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if attrs.ContentType != "text/x-new" || attrs.ContentLanguage != "" || attrs.Metageneration != 2 ||
		attrs.Metadata["a"] != "3" {
		t.Fatalf("%+v", attrs)
	}
	_, err = object.If(storage.Conditions{MetagenerationMatch: 1}).Update(ctx, storage.ObjectAttrsToUpdate{ContentType: "no"})
	mustBe(t, err, http.StatusPreconditionFailed)
	if _, err := bucket.Object("none").Attrs(ctx); err != storage.ErrObjectNotExist {
		t.Fatalf("a missing object: %v", err)
	}
}

func TestConditionsOfWrites(t *testing.T) {
	ctx := context.Background()
	bucket := newBucket(t, newClient(t), nil)
	for _, chunk := range []int{0, 256 * kib} {
		object := bucket.Object(fmt.Sprintf("conditions/%d", chunk))
		absent := object.If(storage.Conditions{DoesNotExist: true})
		first := write(t, absent, content(300*kib, 6), chunked(chunk))
		mustBe(t, tryWrite(absent, content(300*kib, 7), chunked(chunk)), http.StatusPreconditionFailed)
		second := write(t, object.If(storage.Conditions{GenerationMatch: first.Generation}), []byte("2"), chunked(chunk))
		mustBe(t, object.If(storage.Conditions{GenerationMatch: first.Generation}).Delete(ctx), http.StatusPreconditionFailed)
		if err := object.If(storage.Conditions{GenerationMatch: second.Generation}).Delete(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneOfManyCreatesTheObject(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	object := bucket.Object("race").If(storage.Conditions{DoesNotExist: true})
	var group sync.WaitGroup
	var won int64
	for i := 0; i < 10; i++ {
		group.Add(1)
		go func(seed uint32) {
			defer group.Done()
			if tryWrite(object, content(600*kib, seed), chunked(256*kib)) == nil {
				atomic.AddInt64(&won, 1)
			}
		}(uint32(i))
	}
	group.Wait()
	if won != 1 {
		t.Fatalf("%d have created it", won)
	}
}

func TestCompose(t *testing.T) {
	ctx := context.Background()
	bucket := newBucket(t, newClient(t), nil)
	one, two := bucket.Object("one"), bucket.Object("two")
	write(t, one, []byte("one "))
	generation := write(t, two, []byte("two")).Generation
	composer := bucket.Object("both").ComposerFrom(one, two.If(storage.Conditions{GenerationMatch: generation}), one)
	composer.ContentType = "text/x-composed"
	composer.Metadata = map[string]string{"by": "go"}
	attrs, err := composer.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if attrs.ContentType != "text/x-composed" || attrs.Metadata["by"] != "go" || len(attrs.MD5) != 0 ||
		attrs.CRC32C != crc32.Checksum([]byte("one twoone "), castagnoli) {
		t.Fatalf("%+v", attrs)
	}
	if got := read(t, bucket.Object("both")); string(got) != "one twoone " {
		t.Fatalf("got %q", got)
	}
	_, err = bucket.Object("both").ComposerFrom(one, two.If(storage.Conditions{GenerationMatch: generation - 1})).Run(ctx)
	if err == nil {
		t.Fatal("a source of another generation was taken")
	}
}

func TestCopy(t *testing.T) {
	ctx := context.Background()
	client := newClient(t)
	from, to := newBucket(t, client, nil), newBucket(t, client, nil)
	body := content(2*mib, 8)
	write(t, from.Object("source"), body, func(writer *storage.Writer) { writer.Metadata = map[string]string{"a": "b"} })
	attrs, err := to.Object("as it is").CopierFrom(from.Object("source")).Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if attrs.Metadata["a"] != "b" || attrs.Size != int64(len(body)) {
		t.Fatalf("%+v", attrs)
	}
	copier := to.Object("otherwise").CopierFrom(from.Object("source"))
	copier.ContentType, copier.StorageClass = "text/x-copied", "COLDLINE"
	var told uint64
	copier.ProgressFunc = func(done, total uint64) { told = total }
	if attrs, err = copier.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if attrs.ContentType != "text/x-copied" || attrs.StorageClass != "COLDLINE" || told != uint64(len(body)) {
		t.Fatalf("%+v, %d", attrs, told)
	}
	if !bytes.Equal(read(t, to.Object("otherwise")), body) {
		t.Fatal("another content")
	}
}

func TestListsAndPages(t *testing.T) {
	ctx := context.Background()
	bucket := newBucket(t, newClient(t), &storage.BucketAttrs{VersioningEnabled: true})
	names := []string{"a", "a/1", "a/2", "a/b/3", "b/4", "c", "ü"}
	for _, name := range names {
		write(t, bucket.Object(name), []byte(name), chunked(0))
	}
	collect := func(query *storage.Query) (found []string) {
		objects := bucket.Objects(ctx, query)
		for {
			attrs, err := objects.Next()
			if err == iterator.Done {
				return found
			}
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, attrs.Name+attrs.Prefix)
		}
	}
	expect := func(got []string, want ...string) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	expect(collect(nil), names...)
	expect(collect(&storage.Query{Prefix: "a/"}), "a/1", "a/2", "a/b/3")
	folded := collect(&storage.Query{Delimiter: "/"})
	sort.Strings(folded)
	expect(folded, "a", "a/", "b/", "c", "ü")
	selected := &storage.Query{Prefix: "b"}
	if err := selected.SetAttrSelection([]string{"Name", "Size"}); err != nil {
		t.Fatal(err)
	}
	one, err := bucket.Objects(ctx, selected).Next()
	if err != nil || one.Name != "b/4" || one.Size != 3 || one.Generation != 0 {
		t.Fatalf("%+v, %v", one, err)
	}
	var paged []string
	pager := iterator.NewPager(bucket.Objects(ctx, nil), 3, "")
	for {
		var page []*storage.ObjectAttrs
		token, err := pager.NextPage(&page)
		if err != nil {
			t.Fatal(err)
		}
		for _, attrs := range page {
			paged = append(paged, attrs.Name)
		}
		if token == "" {
			break
		}
	}
	expect(paged, names...)
	write(t, bucket.Object("c"), []byte("again"), chunked(0))
	expect(collect(&storage.Query{Prefix: "c", Versions: true}), "c", "c")
	if _, err := newClient(t).Bucket("no-such-bucket-here").Objects(ctx, nil).Next(); err != storage.ErrBucketNotExist {
		t.Fatalf("a missing bucket: %v", err)
	}
}

func TestOddNames(t *testing.T) {
	ctx := context.Background()
	bucket := newBucket(t, newClient(t), nil)
	for _, name := range []string{"/lead", "trail/", "a//b", "a b+c%d", "ü/日本/🎬", "a?b#c", "x/compose", "n/o/b/acl",
		"%2F", "a/../b", "tab\tbed", strings.Repeat("x", 1024)} {
		object := bucket.Object(name)
		write(t, object, []byte(name))
		if got := read(t, object); string(got) != name {
			t.Fatalf("%q holds %q", name, got)
		}
		attrs, err := object.Attrs(ctx)
		if err != nil || attrs.Name != name {
			t.Fatalf("%q: %+v, %v", name, attrs, err)
		}
		if err := object.Delete(ctx); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if _, err := object.NewReader(ctx); err != storage.ErrObjectNotExist {
			t.Fatalf("%q after its deletion: %v", name, err)
		}
	}
}

func TestBuckets(t *testing.T) {
	ctx := context.Background()
	client := newClient(t)
	bucket := newBucket(t, client, &storage.BucketAttrs{
		Location: "EU", StorageClass: "NEARLINE", Labels: map[string]string{"a": "b"}, VersioningEnabled: true,
		Lifecycle: storage.Lifecycle{Rules: []storage.LifecycleRule{{
			Action: storage.LifecycleAction{Type: "Delete"}, Condition: storage.LifecycleCondition{AgeInDays: 30}}}},
		CORS:            []storage.CORS{{MaxAge: time.Hour, Methods: []string{"GET"}, Origins: []string{"*"}}},
		RetentionPolicy: &storage.RetentionPolicy{RetentionPeriod: time.Minute},
	})
	attrs, err := bucket.Attrs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if attrs.Location != "EU" || attrs.StorageClass != "NEARLINE" || attrs.Labels["a"] != "b" || !attrs.VersioningEnabled ||
		len(attrs.Lifecycle.Rules) != 1 || attrs.Lifecycle.Rules[0].Condition.AgeInDays != 30 ||
		len(attrs.CORS) != 1 || attrs.CORS[0].MaxAge != time.Hour || attrs.MetaGeneration != 1 ||
		attrs.RetentionPolicy == nil || attrs.RetentionPolicy.RetentionPeriod != time.Minute {
		t.Fatalf("%+v", attrs)
	}
	update := storage.BucketAttrsToUpdate{VersioningEnabled: false, RequesterPays: true,
		RetentionPolicy: &storage.RetentionPolicy{}}
	update.SetLabel("c", "d")
	update.DeleteLabel("a")
	attrs, err = bucket.If(storage.BucketConditions{MetagenerationMatch: 1}).Update(ctx, update)
	if err != nil {
		t.Fatal(err)
	}
	if attrs.VersioningEnabled || !attrs.RequesterPays || len(attrs.Labels) != 1 || attrs.Labels["c"] != "d" ||
		attrs.RetentionPolicy != nil || attrs.MetaGeneration != 2 {
		t.Fatalf("%+v", attrs)
	}
	_, err = bucket.If(storage.BucketConditions{MetagenerationMatch: 1}).Update(ctx, update)
	mustBe(t, err, http.StatusPreconditionFailed)
	found := false
	for all := client.Buckets(ctx, project); ; {
		each, err := all.Next()
		if err == iterator.Done {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		found = found || each.Name == attrs.Name
	}
	if !found {
		t.Fatal("the bucket is not in the list")
	}
	write(t, bucket.Object("o"), nil)
	mustBe(t, bucket.Delete(ctx), http.StatusConflict)
	if err := bucket.Object("o").Delete(ctx); err != nil {
		t.Fatal(err)
	}
	if err := bucket.Delete(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Attrs(ctx); err != storage.ErrBucketNotExist {
		t.Fatalf("a deleted bucket: %v", err)
	}
	mustBe(t, client.Bucket("Not_A_Name").Create(ctx, project, nil), http.StatusBadRequest)
}

func TestAccess(t *testing.T) {
	ctx := context.Background()
	bucket := newBucket(t, newClient(t), nil)
	object := bucket.Object("o")
	write(t, object, []byte("x"))
	for name, list := range map[string]*storage.ACLHandle{
		"bucket": bucket.ACL(), "default": bucket.DefaultObjectACL(), "object": object.ACL(),
	} {
		if err := list.Set(ctx, storage.AllUsers, storage.RoleReader); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		rules, err := list.List(ctx)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found := false
		for _, rule := range rules {
			found = found || rule.Entity == storage.AllUsers && rule.Role == storage.RoleReader
		}
		if !found {
			t.Fatalf("%s: %+v", name, rules)
		}
		if err := list.Delete(ctx, storage.AllUsers); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		mustBe(t, list.Delete(ctx, storage.AllUsers), http.StatusNotFound)
	}
	policy, err := bucket.IAM().Policy(ctx)
	if err != nil {
		t.Fatal(err)
	}
	policy.Add("user:a@example.com", "roles/storage.objectViewer")
	if err := bucket.IAM().SetPolicy(ctx, policy); err != nil {
		t.Fatal(err)
	}
	if policy, err = bucket.IAM().Policy(ctx); err != nil || !policy.HasRole("user:a@example.com", "roles/storage.objectViewer") {
		t.Fatalf("%+v, %v", policy, err)
	}
	granted, err := bucket.IAM().TestPermissions(ctx, []string{"storage.objects.get"})
	if err != nil || len(granted) != 1 {
		t.Fatalf("%v, %v", granted, err)
	}
}

func TestNotifications(t *testing.T) {
	ctx := context.Background()
	client := newClient(t)
	bucket := newBucket(t, client, nil)
	made, err := bucket.AddNotification(ctx, &storage.Notification{TopicProjectID: "p", TopicID: "t",
		EventTypes: []string{storage.ObjectFinalizeEvent}, PayloadFormat: storage.JSONPayload})
	if err != nil {
		t.Fatal(err)
	}
	all, err := bucket.Notifications(ctx)
	if err != nil || len(all) != 1 || all[made.ID].TopicID != "t" || all[made.ID].TopicProjectID != "p" {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := bucket.DeleteNotification(ctx, made.ID); err != nil {
		t.Fatal(err)
	}
}

// The URLs are of storage.googleapis.com; they are sent to the emulator with that host in the header.
func TestSignedURLs(t *testing.T) {
	bucket := newBucket(t, newClient(t), nil)
	name := bucketName(t, bucket)
	write(t, bucket.Object("signed ü"), []byte("content"))
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	send := func(method, object string, scheme storage.SigningScheme, expires time.Time, body []byte) (int, string) {
		t.Helper()
		signed, err := storage.SignedURL(name, object, &storage.SignedURLOptions{Scheme: scheme, Method: method,
			GoogleAccessID: "go@example.iam.gserviceaccount.com", PrivateKey: private, Expires: expires})
		if err != nil {
			t.Fatal(err)
		}
		address, err := url.Parse(signed)
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest(method, "http://"+host+address.RequestURI(), bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = address.Host
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(got)
	}
	later, before := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	for _, scheme := range []storage.SigningScheme{storage.SigningSchemeV2, storage.SigningSchemeV4} {
		if status, got := send("GET", "signed ü", scheme, later, nil); status != 200 || got != "content" {
			t.Fatalf("GET: %d %s", status, got)
		}
		if status, got := send("PUT", "put", scheme, later, []byte("by URL")); status != 200 {
			t.Fatalf("PUT: %d %s", status, got)
		}
		if got := read(t, bucket.Object("put")); string(got) != "by URL" {
			t.Fatalf("got %q", got)
		}
	}
	if status, got := send("GET", "signed ü", storage.SigningSchemeV2, before, nil); status != 400 {
		t.Fatalf("after its time: %d %s", status, got)
	}
}
