#pragma once

#include <string>
#include <vector>

#include "engine/http/http_message.h"

namespace hyperlocal::gcs {

// What Google publishes for the makers of clients (googleapis/conformance-tests,
// storage/v1/v4_signatures.json and the test account beside it): requests, their signatures, and
// the SHA-256 of what was signed.

inline constexpr char kPublishedAccount[] =
    "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com";
// The public half of that account's key.
inline constexpr char kPublishedKey[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArD8zIqyKLbX0Nq8o0Jj1\n"
    "qHEhHhqO3+0OP7TEFx5Vxc6PdwBoFNrfnJRI/S+ZaDYS1avr5Pqpp8g8+UNOMvI1\n"
    "VsjGM8xjTaxkVv8mmKp6pSmQstTt25pzY1exA2wv4xNWSwWNFNx2kh35+kvTQ/DF\n"
    "3YA9P7pUU1sKur1PP8OoubWLFO59iy5UE5dX0O/3pjvZ2HAhSXsx2VWtB5nlrHR8\n"
    "FrKJNLJMEGEDSMz9yRfQaUeYCU9oDYHuiqKQ3rCXi6C82l+3FJw5/ggJ5y7iw8ME\n"
    "rCFSslcYQRbBVz6ZYKWkEcJhs8BG3/16bfaqNusNlDIJ99I7DmipUngF/HEulYhf\n"
    "rQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

struct PublishedUrl {
  std::string name, method, host, target;
  HttpHeaders headers;
  std::string canonical_sha256;
};

inline std::vector<PublishedUrl> PublishedUrls() {
  return {
      {"SimpleGET",
       "GET",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=host&X-Goog-Signature=95e6a13d43a1d1962e667f17397f2b80ac9bdd1669210"
       "d5e08e0135df9dff4e56113485dbe429ca2266487b9d1796ebdee2d7cf682a6ef3bb9fbb4c351686"
       "fba90d7b621cf1c4eb1fdf126460dd25fa0837dfdde0a9fd98662ce60844c458448fb2b352c203d9"
       "969cb74efa4bdb742287744a4f2308afa4af0e0773f55e32e92973619249214b97283b2daa141952"
       "44444e33f938138d1e5f561088ce8011f4986dda33a556412594db7c12fc40e1ff3f1bedeb7a42f5"
       "bcda0b9567f17f65855f65071fabb88ea12371877f3f77f10e1466fff6ff6973b74a933322ff0949"
       "ce357e20abe96c3dd5cfab42c9c83e740a4d32b9e11e146f0eb3404d2e975896f74",
       {},
       "00e2fb794ea93d7adb703edaebdd509821fcc7d4f1a79ac5c8d2b394df109320"},
      {"POSTForResumableUploads",
       "POST",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=host%3Bx-goog-resumable&X-Goog-Signature=4a6d39b23343cedf4c30782aed"
       "4b384001828c79ffa3a080a481ea01a640dea0a0ceb58d67a12cef3b243c3f036bb3799c6ee88e8d"
       "b3eaf7d0bdd4b70a228d0736e07eaa1ee076aff5c6ce09dff1f1f03a0d8ead0d2893408dd3604fda"
       "bff553aa6d7af2da67cdba6790006a70240f96717b98f1a6ccb24f00940749599be7ef72aaa5358d"
       "b63ddd54b2de9e2d6d6a586eac4fe25f36d86fc6ab150418e9c6fa01b732cded226c6d62fc95b724"
       "73a4cc55a8257482583fe66d9ab6ede909eb41516a8690946c3e87b0f2052eb0e97e012a14b2f721"
       "c42e6e19b8a1cd5658ea36264f10b9b1ada66b8ed5bf7ed7d1708377ac6e5fe608ae361fb594d2e5"
       "b24c54",
       {{"X-Goog-Resumable", "start"}},
       "877f8b40179d2753296f2fd6de815ab40503c7a3c446a7b44aa4e74422ff4daf"},
      {"SlashesInObjectNameShouldNotBeURLEncoded",
       "GET",
       "storage.googleapis.com",
       "/test-bucket/path/with/slashes/under_score/amper%26sand/file.ext?X-Goog-Algorith"
       "m=GOOG4-RSA-SHA256&X-Goog-Credential=test-iam-credentials%40dummy-project-id.iam"
       ".gserviceaccount.com%2F20190201%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=201"
       "90201T090000Z&X-Goog-Expires=10&X-Goog-SignedHeaders=header%2Fname%2Fwith%2Fslas"
       "h%3Bhost&X-Goog-Signature=2a9a82e84e39f5d2c0d980514db17f8c3dece473c9a5743d54e845"
       "3f9811927b1b99ce548c534cababd8fa339183e75b410e12e32a4c72f5ff176e95651fabed0072e5"
       "9e7e236eb7e26f52c0ce599db1c47ae07af1a98d20872b6fde23432c0a5fcf4fb2dda735169198c8"
       "0cd5cc51be9904f7e5eef2cc489ff44ac5697c529e4b34ac08709a7d2e425619377212c64561ed8b"
       "4d2fcb70a26e4f9236f995ab4658d240ac85c7a353bae6b2d39d5fc0716afa435a1f6e100db55046"
       "12b5e610db370623ab4b8eba3c03c98f23dcb4b9ffd518f2212abb2f93649d25385d71603d470cff"
       "0b7631adb9d0849d38609dedb3097761c8f47ec0d57777bb063611c05b",
       {{"header/name/with/slash", "should-be-encoded"}},
       "f1d206dd8cbe1b892d4081ccddae0927d9f5fee5653fb2a2f43e7c20ed455cad"},
      {"ForwardSlashesShouldNotBeStripped",
       "GET",
       "storage.googleapis.com",
       "/test-bucket//path/with/slashes/under_score/amper%26sand/file.ext?X-Goog-Algorit"
       "hm=GOOG4-RSA-SHA256&X-Goog-Credential=test-iam-credentials%40dummy-project-id.ia"
       "m.gserviceaccount.com%2F20190201%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20"
       "190201T090000Z&X-Goog-Expires=10&X-Goog-SignedHeaders=host&X-Goog-Signature=2db8"
       "b70e3f85b39be7824f6d02be31af2e6a2eb63f6bb41254851f7ef51bdad8963a9d2b254f8379c178"
       "0c8e6898be002d4100a0abd3d45f1437687fed65d15dd237c3a6f3c399c64ffd4e4cea7ef1c2f039"
       "1d35ecbeeaf3e3148d23c6f24c839cfcd92c1496332f5bfbbf1ed1e957eb45fad57df24828c96cf2"
       "43eec23fba014d277c22a572708beb355888c5a8c0047cb3015d7f62cc90285676e7e34626fd0ce9"
       "ba5e0da39fc3de0035cc3ad120c46cb73db87246ae123f7a342c235e9480bd7d7e00c13b1e1bb7be"
       "5e2bce74d59a53505172463b48aefeedb48281d90874aa4177c881d3596ed1067f02eaac13d810a7"
       "aed234c41978b1394d0ce3662f76",
       {},
       "63c601ecd6ccfec84f1113fc906609cbdf7651395f4300cecd96ddd2c35164f8"},
      {"HeadersShouldBeTrimmed",
       "GET",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=collapsed%3Bhost%3Bleading%3Btabs%3Btrailing&X-Goog-Signature=75d77"
       "a3ed2d9b74ff7e1e23b2fd7cc714ad4cc32518c65f3a8197827cd87d302623bab990cf2ff3a633bf"
       "aae69b6c2d897add78c105aa68411229610421c4239579add4aff6bdbd5067a0fd61c3aa0029d7de"
       "0f8ae88fa3458fa70f875e841d6df9598597d9012b9f848c6857e08f2704ca2f332c71738490ffdd"
       "a2ed928f9340549d7295745725062d28dc1696eab7cb3b88ac4fd445e951423f645d680a60dd8033"
       "d65b65f4c10286f59f4258dbb2bcf36a76ffdd40574104cbbf0b76901c24df5854f24c42e9192fce"
       "dc386d85704fec6a6bad3a5201e1fb6c491a4c43371b0913420743580daf3504e99204c6ec894b4d"
       "70cd27bc60c3fe2850e8bf3ed22",
       {{"collapsed", "abc    def"},
        {"leading", "    xyz"},
        {"trailing", "abc    "},
        {"tabs", "\tabc\t\t\t\tdef\t"}},
       "19153e83555808dbfeb8969043cc8ce8d5db0cce91dc11fb9df58b8130f09d42"},
      {"HeaderValueWithMultipleInlineValues",
       "GET",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=host%3Bmultiple&X-Goog-Signature=5cc113735625341f59c7203f0c2c9febc9"
       "5ba6af6b9c38814f8e523214712087dc0996e4960d273ae1889f248ac1e58d4d19cb3a69ad7670e9"
       "a8ca1b434e878f59339dc7006cf32dfd715337e9f593e0504371839174962a08294586e0c78160a7"
       "aa303397888c8350637c6af3b32ac310886cc4590bfda9ca561ee58fb5b8ec56bc606d2ada6e7df3"
       "1f4276e9dcb96bcaea39dc2cd096f3fad774f9c4b30e317ad43736c05f76831437f44e8726c1e90d"
       "3f6c9827dc273f211f32fc85658dfc5d357eb606743a6b00a29e519eef1bebaf9db3e8f4b1f5f9af"
       "b648ad06e60bc42fa8b57025056697c874c9ea76f5a73201c9717ea43e54713ff3502ff3fc626b",
       {{"multiple", " xyz ,  abc, def  , xyz   "}},
       "4df8e486146c31f1c8cd4e4c730554cde4326791ba48ec11fa969a3de064cd7f"},
      {"ListObjects",
       "GET",
       "storage.googleapis.com",
       "/test-bucket?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=test-iam-creden"
       "tials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2Fstorage%2Fg"
       "oog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-SignedHeaders"
       "=host&X-Goog-Signature=6dbe94f8e52b2b8a9a476b1c857efa474e09944e2b52b925800316e09"
       "4a7169d8dbe0df9c0ac08dabb22ac7e827470ceccd65f5a3eadba2a4fb9beebfe37f0d9bb1e552b8"
       "51fa31a25045bdf019e507f5feb44f061551ef1aeb18dcec0e38ba2e2f77d560a46eaace9c56ed9a"
       "a642281301a9d848b0eb30749e34bc7f73a3d596240533466ff9b5f289cd0d4c845c7d96b82a35a5"
       "abd0c3aff83e4440ee6873e796087f43545544dc8c01afe1d79c726696b6f555371e491980e7ec14"
       "5cca0803cf562c38f3fa1d724242f5dea25aac91d74ec9ddd739ff65523627763eaef25cd1f95ad9"
       "85aaf0079b7c74eb5bcb2870a9b137a7b2c8e41fbe838c95872f75b",
       {},
       "51a7426c2a6c6ab80f336855fc629461ff182fb1d2cb552ac68e5ce8e25db487"},
      {"QueryParameterEncoding",
       "GET",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=host&aA0%C3%A9%2F%3D%25-_.~=~%20._-%25%3D%2F%C3%A90Aa&X-Goog-Signat"
       "ure=0e4f289c28626a32af95d78f5a0d2c75e5f0bef1cfe5035a532a8185e3ad45b1d5e8ad5ae0fb"
       "1898420e40a1576479861c6579db7e3b28ef8386160995ac1374be85e780ac3dfcc62538e9b2e2c5"
       "1555950fb6fd0d7ecc509d3ccd9c02af5a6c6eb930d21a7383792300eb50a093a597c1da2a290ed5"
       "6b01844251f8271d0d5e61fc3f4273a0c26f80e061c06124d93346ea1c50388e3fe73494c05ac27a"
       "54caedc04d1476c276c7602554e4cc1933e41df31ea523f4009e879c92333f98b4313755470d7e40"
       "0bbbde9f5bef36f40b2a1c4a85edbd62aaa84a516e3df055d5d3f575b9ea0f1c24f057240852d9e6"
       "18403e1dd2cd0fa7fc16b071b07322172256",
       {},
       "448f96c23dafa8210900554e138b2b5fd55bc53ef53b8637cecc3edec45a8fcf"},
      {"QueryParameterOrdering",
       "GET",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-M"
       "eta-Foo=bar&X-Goog-SignedHeaders=host&prefix=%2Ffoo&X-Goog-Signature=a07745e1b3d"
       "59b85cbe11aa766df72c22468959e7217615dccb7f030234f66b60b37e480f30725ed51f29816362"
       "ca8286c619ebb66448ff1d370be2a4a48aacf20d3d2d6200ed17341a5791baf2ee5cd9c2823adacc"
       "6264f66c8a54fa887e1bce3c55cf78fb2f6a52618cf09d6f945f63d148052a7b66a75e075ff50658"
       "28a806b84bdc49a42399be7483225c720d5e18a6160f79d815f433e7921694fe1d041099851793c2"
       "581db0e5ca503cfb566e414f900ceede5f9b22030edd32ab20b6f7f9fb2afba89098b9364e03397c"
       "03a94eac3a140c99979b8786844fb4f6c62c1985378939dd1bbaea8e41b9100dda85a27733171cc7"
       "8d96ee362ea2c3432f4d8",
       {},
       "4dafe74ad142f32b7c25fc4e6b38fd3b8a6339d7f112247573fb0066f637db6c"},
      {"HeaderOrdering",
       "GET",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=host%3Bx-goog-date&X-Goog-Signature=55a28435997457f1498291e878fd39c"
       "5f321973057d2541886020fdfd212b1467d9eeffdc70951ea952d634cb4193e657ed5b7860c46d37"
       "f7d904774680a16e518aa9dff273e8441d6893de615eb592e3113d682ad64a87eb0e0c48df17c30f"
       "899e7f940ba230530b30f725ab9ec38789682413752de6a026ae69dd858843100645f3ec986aed61"
       "8d229f8844d378e0e66e907ede6dff7aac56723f51eb830e8877a56100c86a876173424602abefe6"
       "c22b6540a2b36634860b2e89137f297cca8f080bdf3433a9d614c5ab2ec84f65412b45516b305008"
       "86a2300f23c3423ae0e91546e3471ee08d06894bddc76203a418d46f35bf0b4574f7b24a693fb046"
       "c",
       {{"X-Goog-Date", "20190201T090000Z"}},
       "4052143280d90d5f4a8c878ff7418be6fee5d34e50b1da28d8081a094b88fa61"},
      {"SignedPayloadInsteadOfUNSIGNEDPAYLOAD",
       "PUT",
       "storage.googleapis.com",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=host%3Bx-goog-content-sha256%3Bx-testcasemetadata-payload-value&X-G"
       "oog-Signature=3e5a9669e9aa162888dff1553d24c159bad4f16d444987f6a1b26d8ad0cb7927f1"
       "5bfaf79c205324d2138fd1f62edb255430c77a03c0d6e9601399e2519014f9e1a7051d9be735cde5"
       "30022c84602b1c4c25c86cb1e1584489e49d511c9a618a1a8443af31626ca5b2ad105eda1e4499f5"
       "2b4043f3c1a3bd40c06c0cae36bb19a50ed8671e5d2cdbb148a196ce5a8c14d6970c08225da293e1"
       "ef400c92e7a3d5ba0a29ad0893827c96b203a04b04ebd51929bf99b323beba93097dfee700ee2c1b"
       "d97013779e5c8f156e56175d4d07e453b2eb0d616086f9f4753dde63507efe88b0dec29c872d25d9"
       "465f07778b16b532814148c578ee7e64ed8437006fa551",
       {{"X-Goog-Content-SHA256",
         "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982"},
        {"X-TestCaseMetadata-Payload-Value", "hello"}},
       "be21a0841a897930ff5cf72e6e74ec5274efd76c3fe4cde6678f24a0a3d6dbec"},
      {"VirtualHostedStyle",
       "GET",
       "test-bucket.storage.googleapis.com",
       "/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=test-iam-creden"
       "tials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2Fstorage%2Fg"
       "oog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-SignedHeaders"
       "=host&X-Goog-Signature=06c633ea060b0eda81ee58dd3337b01b0d243a44f18cb03ec948861f5"
       "33a129e579c7fd4c856d187f1c7b86e5715ea0abf6a1c6ba32b69274d22b1b0406df6847dc87f0d2"
       "89fe8dc0682351574849b8b13e4b66922f39441af96becb73ea4c56cd5e3eeb30bc91fe84e8bd205"
       "adca8639253bdb65b2fcaf2598a230c6d8f6d8177c9e58a61b6e826767f594056b490184d676897c"
       "4bbedc15d6fbf08c3fa82a406c62e74db661e6c5d7d3ced29e0619ee719dce4b8136360345b8dce1"
       "20b9f1debd511c8dac3e6d874ee05bfda8c8f1c4fedd0c07fc6d98f5f18a349bb204d8ff401402a0"
       "25194e2792df8a09282141157e4ca51d26a8d0d142a01c805321911",
       {},
       "89eeae48258eccdcb1f592fb908008e3f5d36a949c002c1e614c94356dc18fc6"},
      {"SimpleGETWithNonDefaultHostname",
       "GET",
       "localhost:8080",
       "/test-bucket/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=tes"
       "t-iam-credentials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2"
       "Fstorage%2Fgoog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-S"
       "ignedHeaders=host&X-Goog-Signature=66c8c0371ca7d933a0d50f110abdf4fc7e3e379329134"
       "f272ebe4aa8100ccd5f21cd56ca5ccffae5ed36c8d6840e7cac80c2e7d786cd85b10d0faea34cddf"
       "09d2e7eb7f5c7c53934e4bf8f5cd654bc3c1b5ee9e3f8ca2189cd225b445bb866563fc4bd0d0b4d1"
       "16111655611d12ec18f2d854fd7142d9afcc977dbd8f6d0524e4170506abf2b119bbe00d17697321"
       "d225162fabddb4ddae77781b4f3277a6b6fccfeb47d70b88537e5efb416001274aaeb1535b5aae75"
       "7c997edc66d03898a5d08f767313d018d10992981d00e2a18ed9a6839b8a1ac7b3be1cab2e9511ba"
       "91e14a786443b59e9f21e1ae74a2c60106180646a764531fbe1fcd9c1e40550e56e",
       {},
       "e47446edb8eed4c1797dfd31ce30272be89659a6ef38e91b549740c8f875d27b"},
      {"UniverseDomainWithVirtualHostedStyle",
       "GET",
       "test-bucket.storage.domain.com",
       "/test-object?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=test-iam-creden"
       "tials%40dummy-project-id.iam.gserviceaccount.com%2F20190201%2Fauto%2Fstorage%2Fg"
       "oog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-SignedHeaders"
       "=host&X-Goog-Signature=25820e3a60856596cba594511d7d4039239b2728a9738f15d3a7acce8"
       "d70aa5435d0c91f99a9318f932afc73355ac562e014cb654e16ed5524b403536f1cba74489701fdc"
       "0c088b8826fccf20a648d3b2b704bd6661e01786d4132174c21441d0752be07e8af93e84e24b8779"
       "9ee91fabef24a0a58d0889263280c3d37423fab677bd4d98469ab01aa36efaad62ff81ca27bf7fc9"
       "2f14e20faa71e34de9ffbc5eb4ecf1b0361de42270665bb78367bd0a8cc6a604a8e347f0c864754b"
       "f14514aac3106fe73572a6c068ce2c380cc2a943b35502093d162ba9ae8de9abbbc9541ef765d567"
       "9857a89d36cc01be30cf1e04c4a477bbcd59a02955dcc1a903d8baa",
       {},
       "6835c0cd7e63f2e34becade43beee99335c68c1455488da5b320cf13dc0a0ed5"},
  };
}

// "POST Policy Simple".
inline constexpr char kPublishedPolicy[] =
    "eyJjb25kaXRpb25zIjpbeyJidWNrZXQiOiJyc2Fwb3N0dGVzdC0xNTc5OTAyNjcwLWgzcTd3dm9kam9y"
    "NmJjN3kifSx7ImtleSI6InRlc3Qtb2JqZWN0In0seyJ4LWdvb2ctZGF0ZSI6IjIwMjAwMTIzVDA0MzUz"
    "MFoifSx7IngtZ29vZy1jcmVkZW50aWFsIjoidGVzdC1pYW0tY3JlZGVudGlhbHNAZHVtbXktcHJvamVj"
    "dC1pZC5pYW0uZ3NlcnZpY2VhY2NvdW50LmNvbS8yMDIwMDEyMy9hdXRvL3N0b3JhZ2UvZ29vZzRfcmVx"
    "dWVzdCJ9LHsieC1nb29nLWFsZ29yaXRobSI6IkdPT0c0LVJTQS1TSEEyNTYifV0sImV4cGlyYXRpb24i"
    "OiIyMDIwLTAxLTIzVDA0OjM1OjQwWiJ9";
inline constexpr char kPublishedPolicySignature[] =
    "9eb947e08891be62a6c26d214c5b639506a57c20e1242a135dce45326a821aa9d8eaf5a8b6961a7b"
    "a87ab4da09668eb303b615dabdd6344970a024d4697aa3c467ec527cb8318d6c971782c6f82555c8"
    "cdd791589226962f0c26d5c415bf9d257cf9ed266a43e1b74891c35f009be741cef42a1eec150ffa"
    "5783de217e3704e8f278209250423f62c57864c50c6e525e6e9b724fcafc3844898c6a219effedfa"
    "f1204cb95eb135f63307db86726b8d6c12b8a75df61f93143b5e798acdffee0b5ad481075fa89a9d"
    "49a470cea339e5e43b61a0d87ef54f355dc401a659b583e7906c20bf84b8da7941d2e932acab21ff"
    "e92416985262fe772a117483b6e70410";

}  // namespace hyperlocal::gcs
