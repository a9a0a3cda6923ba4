#include "smev/elk/dictionary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "sdk/base/text.hpp"
#include "sdk/elk/answer.hpp"
#include "sdk/elk/dictionary_file.hpp"

namespace smev::elk {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kStatuses = DictionaryKind::statuses;
constexpr auto kDocumentTypes = DictionaryKind::document_types;

auto fault(const std::string& field, const std::string& code, const std::string& text) {
  return AllOf(Field(&FieldFault::field, field), Field(&FieldFault::code, code),
               Field(&FieldFault::text, HasSubstr(text)));
}

std::vector<FieldFault> faults_of(DictionaryKind kind, std::string_view text) {
  const auto read = Dictionary::read(kind, text);
  if (read) {
    ADD_FAILURE() << "was read:\n" << text.substr(0, 1000);
    return {};
  }
  EXPECT_EQ(read.error().code, ErrorCode::validation) << read.error().describe();
  return read.error().fields;
}

Dictionary good(DictionaryKind kind, std::string_view text) {
  auto read = Dictionary::read(kind, text);
  if (read) return *std::move(read);
  ADD_FAILURE() << read.error().describe();
  return Dictionary::built_in(kind);
}

std::vector<std::string> codes_of(const Dictionary& dictionary) {
  std::vector<std::string> codes;
  for (const DictionaryEntry& each : dictionary.entries()) codes.push_back(each.code);
  return codes;
}

// --- kinds and built-in ones --------------------------------------------------------------------

TEST(DictionaryKinds, each_is_found_by_its_name_and_no_other_name_is_known) {
  std::set<std::string_view> names;
  for (const DictionaryKind kind : kDictionaryKinds) {
    EXPECT_EQ(dictionary_kind(name(kind)), kind);
    EXPECT_TRUE(names.insert(name(kind)).second) << name(kind);
    EXPECT_FALSE(title(kind).empty()) << name(kind);
  }
  EXPECT_EQ(dictionary_kind(""), std::nullopt);
  EXPECT_EQ(dictionary_kind("Statuses"), std::nullopt);
}

TEST(BuiltInDictionaries, every_kind_has_its_file) {
  for (const DictionaryKind kind : kDictionaryKinds) {
    EXPECT_NE(built_in_csv(name(kind)), "") << name(kind);
    EXPECT_TRUE(Dictionary::built_in(kind).is_built_in());
    EXPECT_EQ(Dictionary::built_in(kind).entries().empty(), kind == DictionaryKind::message_types);
  }
}

TEST(BuiltInDictionaries, statuses_say_which_are_final_and_how_sure_their_names_are) {
  const Dictionary& statuses = Dictionary::built_in(kStatuses);
  ASSERT_NE(statuses.find(3), nullptr);
  EXPECT_TRUE(statuses.find(3)->final);
  EXPECT_TRUE(statuses.find(3)->proven);
  ASSERT_NE(statuses.find(6), nullptr);
  EXPECT_FALSE(statuses.find(6)->final);
  ASSERT_NE(statuses.find(-1), nullptr);
  EXPECT_FALSE(statuses.find(-1)->proven);
  EXPECT_EQ(statuses.find(999), nullptr);
}

TEST(BuiltInDictionaries, name_what_the_sdk_sends_by_itself) {
  const auto find = [](DictionaryKind kind, const char* code) {
    return Dictionary::built_in(kind).find(code);
  };
  EXPECT_NE(find(DictionaryKind::citizenships, "643"), nullptr);
  EXPECT_NE(find(DictionaryKind::channels, "4"), nullptr);
  EXPECT_NE(find(DictionaryKind::identity_documents, "1"), nullptr);
  EXPECT_NE(find(kDocumentTypes, "ELK_RESULT"), nullptr);
}

TEST(BuiltInDictionaries, explain_every_result_code) {
  const Dictionary& codes = Dictionary::built_in(DictionaryKind::result_codes);
  EXPECT_THAT(codes_of(codes), ElementsAre("0", "4", "5", "11", "13", "28", "31", "34", "38"));
  for (const DictionaryEntry& each : codes.entries()) {
    EXPECT_EQ(explain_result(std::stoi(each.code), ""), each.explanation);
    EXPECT_FALSE(each.explanation.empty()) << each.code;
  }
}

TEST(BuiltInDictionaries, lack_nothing_because_they_are_not_complete) {
  const Dictionaries built_in;
  EXPECT_FALSE(built_in.lacks(kStatuses, 999));
  EXPECT_FALSE(built_in.lacks(DictionaryKind::message_types, "ANY"));
}

// --- one dictionary -----------------------------------------------------------------------------

TEST(LoadedDictionary, lacks_what_it_does_not_name_and_says_nothing_of_the_others) {
  const Dictionaries before;
  const Dictionaries set = before.with(good(kStatuses, "code,name\n6,Принято\n"));
  EXPECT_FALSE(set.lacks(kStatuses, 6));
  EXPECT_FALSE(set.lacks(kStatuses, "06"));
  EXPECT_TRUE(set.lacks(kStatuses, 3));
  EXPECT_TRUE(set.lacks(kStatuses, "x"));
  EXPECT_FALSE(set.lacks(DictionaryKind::channels, 999));
  EXPECT_FALSE(before.lacks(kStatuses, 3)) << "the set it was made from has changed";
}

TEST(LoadedDictionary, is_ordered_by_number_or_by_text) {
  EXPECT_THAT(codes_of(good(kStatuses, "code,name\n10,a\n-2,b\n9,c\n")),
              ElementsAre("-2", "9", "10"));
  EXPECT_THAT(codes_of(good(kDocumentTypes, "code,name\nB,a\nA,b\n10,c\n9,d\n")),
              ElementsAre("10", "9", "A", "B"));
}

TEST(LoadedDictionary, keeps_what_is_known_of_a_code_where_the_file_does_not_tell) {
  const Dictionary silent = good(kStatuses, "code,name\n3,Исполнено\n6,Принято\n222,Другое\n");
  EXPECT_TRUE(silent.find(3)->final);
  EXPECT_FALSE(silent.find(6)->final);
  EXPECT_FALSE(silent.find(222)->final);
  EXPECT_TRUE(silent.find(222)->proven);
  const Dictionary telling = good(kStatuses, "code,name,final\n3,Исполнено,0\n222,Другое,1\n");
  EXPECT_FALSE(telling.find(3)->final);
  EXPECT_TRUE(telling.find(222)->final);
}

TEST(LoadedDictionary, of_result_codes_explains_them) {
  const Dictionaries set = Dictionaries().with(
      good(DictionaryKind::result_codes, "code,name,explanation\n29,Busy,Повторите завтра.\n"));
  EXPECT_EQ(explain_result(29, "Busy", set), "Повторите завтра.");
  EXPECT_THAT(explain_result(29, "Busy"), HasSubstr("не опубликовано"));
}

TEST(LoadedDictionary, reads_back_what_it_writes) {
  for (const DictionaryKind kind : kDictionaryKinds) {
    const Dictionary& built_in = Dictionary::built_in(kind);
    if (built_in.entries().empty()) continue;
    EXPECT_EQ(good(kind, built_in.to_csv()).entries(), built_in.entries()) << name(kind);
  }
  const Dictionary odd =
      good(kDocumentTypes, "# revision: 55\ncode;name\n\"A;1\";\"Он сказал \"\"да\"\", и ушёл\"\n");
  const Dictionary again = good(kDocumentTypes, odd.to_csv());
  EXPECT_EQ(again.entries(), odd.entries());
  EXPECT_EQ(again.revision(), "55");
  EXPECT_EQ(again.to_csv(), odd.to_csv());
}

// --- CSV ----------------------------------------------------------------------------------------

TEST(DictionaryCsv, takes_both_separators_all_line_ends_and_a_byte_order_mark) {
  for (const char* text : {"code,name\n6,Принято\n7,Далее", "code;name\r\n6;Принято\r\n7;Далее\r\n",
                           "\xEF\xBB\xBF\"Код\";\"Наименование\"\r6;Принято\r\r;\r7;Далее\r",
                           "ид,НАИМЕНОВАНИЕ,КОД\n1,Принято,+6\n2,\" Далее \", 007\n",
                           "Код статуса;Наименование статуса;Описание\n6;Принято;,\n7;Далее;\n"}) {
    const Dictionary read = good(kStatuses, text);
    ASSERT_THAT(codes_of(read), ElementsAre("6", "7")) << text;
    EXPECT_EQ(read.find(6)->name, "Принято") << text;
    EXPECT_EQ(read.find(7)->name, "Далее") << text;
  }
}

TEST(DictionaryCsv, takes_quotes_as_RFC_4180_has_them) {
  const Dictionary read =
      good(kDocumentTypes, "code,name\nA,\"одно, \"\"два\"\"\"\nB,\"две\r\nстроки\"\nC,d\"e\"\n");
  EXPECT_EQ(read.find("A")->name, "одно, \"два\"");
  EXPECT_EQ(read.find("B")->name, "две  строки");
  EXPECT_EQ(read.find("C")->name, "d\"e\"");
}

TEST(DictionaryCsv, tells_broken_quotes_with_their_line) {
  EXPECT_THAT(
      faults_of(kStatuses, "code,name\n1,\"a\nb\"\n2,\"c\nd\n"),
      ElementsAre(fault("file", "quote", "строка 4: "), fault("file", "columns", "строка 5: ")));
  EXPECT_THAT(faults_of(kStatuses, "code,name\n1,\"a\nb\"c\n"),
              ElementsAre(fault("file", "quote", "строка 2: После закрывающей кавычки"),
                          fault("file", "columns", "строка 3: ")));
}

TEST(DictionaryCsv, tells_rows_that_do_not_fit_the_header) {
  EXPECT_THAT(faults_of(kStatuses, "code,name\n1,a,b\n2\n3,c\n"),
              ElementsAre(fault("file", "columns", "строка 2: значений 3, а столбцов 2"),
                          fault("file", "columns", "строка 3: значений 1, а столбцов 2")));
}

TEST(DictionaryCsv, tells_a_header_without_the_columns_and_names_those_that_are_there) {
  EXPECT_THAT(faults_of(kStatuses, "1,Принято\n"),
              ElementsAre(fault("code", "missing_column", "есть: «1», «Принято»"),
                          fault("name", "missing_column",
                                "нужен столбец «наименование» (или name), его нет")));
  EXPECT_THAT(faults_of(kStatuses, "Код,Code,Название\n1,2,3\n"),
              ElementsAre(fault("code", "duplicate_column", "«код»")));
  EXPECT_THAT(faults_of(kStatuses, "Код А,Код Б,Название\n1,2,3\n"),
              ElementsAre(fault("code", "duplicate_column", "«код»")));
  EXPECT_EQ(codes_of(good(kStatuses, "Код,Код ОКАТО,Название\n1,2,3\n")).front(), "1");
}

TEST(DictionaryCsv, tells_a_file_without_records) {
  for (const char* text : {"", "\n\n", "# remark\n"}) {
    EXPECT_THAT(faults_of(kStatuses, text), ElementsAre(fault("file", "empty", "столбцов")));
  }
  EXPECT_THAT(faults_of(kStatuses, "code,name\n\n,\n"),
              ElementsAre(fault("file", "empty", "ни одной записи")));
}

TEST(DictionaryCsv, says_what_the_file_is_when_it_is_no_UTF8) {
  EXPECT_THAT(faults_of(kStatuses, "code,name\n1,ok\n2,\xCF\xF0\xE8\xED\xFF\xF2\xEE\n"),
              ElementsAre(fault("file", "encoding",
                                "строка 3: файл не в кодировке UTF-8 (похоже "
                                "на Windows-1251)")));
  EXPECT_THAT(faults_of(kStatuses, std::string_view("\xFF\xFE\x63\x00\x6F\x00", 6)),
              ElementsAre(fault("file", "encoding", "UTF-16")));
  EXPECT_THAT(faults_of(kStatuses, "PK\x03\x04"), ElementsAre(fault("file", "format", "архив")));
}

// --- what makes records a dictionary, and its limits --------------------------------------------

TEST(DictionaryRules, all_faults_are_told_at_once_with_their_lines) {
  EXPECT_THAT(
      faults_of(kStatuses,
                "code,name,final\n6,a,\n,b,\nsix,c,\n006,d,\n32768,e,\n7,f,maybe\n8,\x01,\n"),
      ElementsAre(fault("code", "missing", "строка 3: "),
                  fault("code", "pattern", "строка 4: код «six» — не целое число"),
                  fault("code", "duplicate", "строка 5: код «006» уже был: строка 2"),
                  fault("code", "pattern", "строка 6: "), fault("final", "pattern", "строка 7: "),
                  fault("name", "forbidden_character", "строка 8: ")));
}

TEST(DictionaryRules, numbers_are_those_of_xs_short) {
  EXPECT_THAT(codes_of(good(kStatuses, "code,name\n-32768,a\n32767,b\n")),
              ElementsAre("-32768", "32767"));
  for (const char* bad : {"-32769", "32768", "1.0", "1e1", "+-1", "0x1"}) {
    EXPECT_THAT(faults_of(kStatuses, std::string("code,name\n") + bad + ",a\n"),
                ElementsAre(fault("code", "pattern", bad)));
  }
}

TEST(DictionaryRules, name_may_be_empty) {
  EXPECT_EQ(good(kStatuses, "code,name\n6,\n").find(6)->name, "");
}

TEST(DictionaryRules, longest_code_and_name_are_taken_and_longer_ones_are_not) {
  const auto record = [](std::size_t code, std::size_t letters) {
    std::string text = "code,name\n" + std::string(code, 'C') + ",";
    for (std::size_t i = 0; i < letters; ++i) text += "я";
    return text + "\n";
  };
  EXPECT_THAT(good(kDocumentTypes, record(kDictionaryCodeMax, kDictionaryTextMax)).entries(),
              SizeIs(1));
  EXPECT_THAT(faults_of(kDocumentTypes, record(kDictionaryCodeMax + 1, 1)),
              ElementsAre(fault("code", "too_long", "строка 2: ")));
  EXPECT_THAT(faults_of(kDocumentTypes, record(1, kDictionaryTextMax + 1)),
              ElementsAre(fault("name", "too_long", "строка 2: ")));
}

std::string many_records(std::size_t count) {
  std::string text = "code,name\n";
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(i) + ",a\n";
  return text;
}

TEST(DictionaryRules, most_entries_are_taken_and_one_more_is_not) {
  EXPECT_THAT(good(kStatuses, many_records(kDictionaryEntriesMax)).entries(),
              SizeIs(kDictionaryEntriesMax));
  EXPECT_THAT(faults_of(kStatuses, many_records(kDictionaryEntriesMax + 1)),
              ElementsAre(fault("file", "too_many", "10000")));
}

TEST(DictionaryRules, most_columns_are_taken_and_one_more_is_not) {
  const auto row = [](const std::string& start, std::size_t columns) {
    return start + std::string(columns - 2, ',') + "\n";
  };
  EXPECT_THAT(
      good(kStatuses, row("code,name", kDictionaryColumnsMax) + row("6,a", kDictionaryColumnsMax))
          .entries(),
      SizeIs(1));
  EXPECT_THAT(faults_of(kStatuses, row("code,name", kDictionaryColumnsMax + 1)),
              testing::Contains(fault("file", "too_many", "Столбцов больше")));
}

TEST(DictionaryRules, largest_file_is_taken_and_a_larger_one_is_not) {
  std::string text = "# ";
  const std::string rest = "\ncode,name\n6,a\n";
  text += std::string(kDictionaryBytesMax - text.size() - rest.size(), 'x') + rest;
  ASSERT_EQ(text.size(), kDictionaryBytesMax);
  EXPECT_THAT(good(kStatuses, text).entries(), SizeIs(1));
  const auto larger = Dictionary::read(kStatuses, text + "\n");
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().code, ErrorCode::limit_exceeded);
}

TEST(DictionaryRules, faults_are_told_up_to_their_limit) {
  std::string text = "code,name\n";
  for (std::size_t i = 0; i < kDictionaryFaultsMax; ++i) text += "x,a\n";
  const auto read = Dictionary::read(kStatuses, text + "x,a\n");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().fields, SizeIs(kDictionaryFaultsMax));
  EXPECT_THAT(read.error().text, HasSubstr("первые 100"));
}

// --- XML of ЕСНСИ -------------------------------------------------------------------------------

std::string record(const std::string& code, const std::string& name,
                   const std::string& attributes = "") {
  return "<n:record uid='r'" + attributes + "><n:attribute-value attribute-ref='u-2'><n:integer>" +
         code +
         "</n:integer></n:attribute-value><n:attribute-value attribute-ref='u-1'>\n <n:string>" +
         name +
         "</n:string>\n</n:attribute-value><n:attribute-value attribute-ref='u-3'><n:string>ELK_" +
         code + "</n:string></n:attribute-value></n:record>\n";
}

std::string exported(const std::string& records, const std::string& owner = "ELK_STATUS",
                     const std::string& code_title = "Код") {
  return "<?xml version='1.0' encoding='UTF-8'?>\n"
         "<n:document xmlns:n='urn://x-artefacts-nsi-gov-ru/services/cnsi/2.0.0.0'>\n"
         "<n:simple-classifier code='" +
         owner +
         "' name='ЕЛК.Статусы' uid='u' version='55'>"
         "<n:description>о справочнике</n:description>\n"
         "<n:string-attribute uid='u-1' name='Наименование' length='255'/>\n"
         "<n:integer-attribute uid='u-2' name='" +
         code_title +
         "' required='true'> </n:integer-attribute>\n"
         "<n:string-attribute uid='u-3' name='autokey'/></n:simple-classifier>\n"
         "<n:data classifier-ref='u'>\n" +
         records + "</n:data></n:document>";
}

TEST(DictionaryXml, export_of_a_simple_classifier_is_read) {
  const Dictionary read =
      good(kStatuses, exported(record("6", "Принято") + record("222", "A &amp; B")));
  EXPECT_THAT(codes_of(read), ElementsAre("6", "222"));
  EXPECT_EQ(read.find(6)->name, "Принято");
  EXPECT_EQ(read.find(222)->name, "A & B");
  EXPECT_EQ(read.revision(), "55");
}

TEST(DictionaryXml, neither_the_namespace_nor_the_root_nor_the_case_of_names_matters) {
  for (const char* title : {"код", "CODE", "code", "Код статуса"}) {
    EXPECT_THAT(good(kStatuses, exported(record("6", "a"), "ELK_STATUS", title)).entries(),
                SizeIs(1))
        << title;
  }
  std::string other = exported(record("6", "a"));
  other.replace(other.find("cnsi/2.0.0.0"), 12, "cnsi/9.0");
  EXPECT_THAT(good(kStatuses, other).entries(), SizeIs(1));
  const std::string body = exported(record("6", "a")).substr(exported("").find("<n:document"));
  EXPECT_THAT(good(kStatuses, "\xEF\xBB\xBF\n<answer><file>" + body + "</file></answer>").entries(),
              SizeIs(1));
}

TEST(DictionaryXml, faults_name_the_record) {
  EXPECT_THAT(faults_of(kStatuses, exported(record("6", "a") + record("", "b") + record("6", "c"))),
              ElementsAre(fault("code", "missing", "запись 2: "),
                          fault("code", "duplicate", "запись 3: код «6» уже был: запись 1")));
}

TEST(DictionaryXml, another_dictionary_is_refused) {
  EXPECT_THAT(faults_of(kStatuses, exported(record("6", "a"), "SFR_CO")),
              ElementsAre(fault("file", "other_dictionary", "SFR_CO")));
  EXPECT_THAT(faults_of(DictionaryKind::channels, exported(record("6", "a"))),
              ElementsAre(fault("file", "other_dictionary", "ELK_STATUS — это statuses")));
  // How the others call themselves is not known.
  EXPECT_THAT(good(DictionaryKind::channels, exported(record("6", "a"), "ANY")).entries(),
              SizeIs(1));
}

TEST(DictionaryXml, changes_to_a_revision_are_refused) {
  EXPECT_THAT(
      faults_of(kStatuses, exported(record("6", "a") + record("7", "b", " action='remove'"))),
      ElementsAre(fault("file", "increment", "запись 2: ")));
  EXPECT_THAT(good(kStatuses, exported(record("6", "a", " action='add'"))).entries(), SizeIs(1));
}

TEST(DictionaryXml, what_is_no_export_is_told) {
  EXPECT_THAT(faults_of(kStatuses, "<html/>"),
              ElementsAre(fault("file", "format", "simple-classifier")));
  EXPECT_THAT(faults_of(kStatuses, exported("", "ELK_STATUS", "Ключ")),
              ElementsAre(fault("code", "missing_column", "есть: «Наименование», «Ключ»")));
  EXPECT_THAT(faults_of(kStatuses, exported("")),
              ElementsAre(fault("file", "empty", "ни одной записи")));
  std::string structure = exported("");
  structure.erase(structure.find("<n:data"),
                  structure.find("</n:document") - structure.find("<n:data"));
  EXPECT_THAT(faults_of(kStatuses, structure), ElementsAre(fault("file", "empty", "(data) нет")));
}

TEST(DictionaryXml, broken_and_hostile_documents_are_refused) {
  for (const char* text :
       {"<document>", "<", "<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><d>&e;</d>",
        "<?xml version='1.0' encoding='windows-1251'?><document/>"}) {
    const auto read = Dictionary::read(kStatuses, text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::bad_xml) << text;
    EXPECT_THAT(read.error().text, HasSubstr("не читается как XML"));
  }
}

TEST(DictionaryXml, most_entries_are_taken_and_one_more_is_not) {
  std::string records;
  for (std::size_t i = 0; i < kDictionaryEntriesMax; ++i) records += record(std::to_string(i), "a");
  EXPECT_THAT(good(kStatuses, exported(records)).entries(), SizeIs(kDictionaryEntriesMax));
  EXPECT_THAT(faults_of(kStatuses, exported(records + record("20000", "a"))),
              ElementsAre(fault("file", "too_many", "10000")));
}

// --- folders ------------------------------------------------------------------------------------

class DictionaryFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "smev-dictionaries-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  std::vector<FieldFault> faults() const {
    const auto loaded = Dictionaries::load_folder(folder_.string());
    if (loaded) {
      ADD_FAILURE() << "was loaded";
      return {};
    }
    EXPECT_EQ(loaded.error().code, ErrorCode::config);
    EXPECT_EQ(loaded.error().detail, folder_.string());
    return loaded.error().fields;
  }

  std::filesystem::path folder_;
};

TEST_F(DictionaryFolder, files_replace_the_built_in_dictionaries_of_their_names) {
  write("statuses.csv", "# revision: 7\ncode,name\n6,Принято\n");
  write("notes.txt", "anything");
  write("statuses.csv.new-AbCdEf", "half");
  const auto loaded = Dictionaries::load_folder(folder_.string());
  ASSERT_TRUE(loaded) << loaded.error().describe();
  EXPECT_EQ(loaded->folder(), folder_.string());
  const Dictionary& statuses = loaded->of(kStatuses);
  EXPECT_FALSE(statuses.is_built_in());
  EXPECT_EQ(statuses.path(), (folder_ / "statuses.csv").string());
  EXPECT_TRUE(statuses.written_at().has_value());
  EXPECT_EQ(statuses.revision(), "7");
  EXPECT_TRUE(loaded->lacks(kStatuses, 7));
  EXPECT_TRUE(loaded->of(DictionaryKind::channels).is_built_in());
}

TEST_F(DictionaryFolder, empty_one_leaves_the_built_in_dictionaries) {
  const auto loaded = Dictionaries::load_folder(folder_.string());
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->of(kStatuses).is_built_in());
}

TEST_F(DictionaryFolder, that_is_missing_is_a_fault_that_names_it) {
  const auto loaded = Dictionaries::load_folder((folder_ / "absent").string());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::config);
  EXPECT_THAT(loaded.error().text, HasSubstr("создайте"));
  EXPECT_THAT(loaded.error().detail, HasSubstr("absent"));
  write("file", "");
  EXPECT_FALSE(Dictionaries::load_folder((folder_ / "file").string()));
}

TEST_F(DictionaryFolder, faults_of_all_files_are_told_at_once) {
  write("statuses.csv", "code,name\nx,a\n");
  write("channels.csv", "<document>");
  std::filesystem::create_directory(folder_ / "citizenships.csv");
  EXPECT_THAT(faults(), testing::UnorderedElementsAre(
                            fault("statuses.csv", "pattern", "строка 2: "),
                            fault("channels.csv", "bad_xml", "не читается как XML"),
                            fault("citizenships.csv", "unreadable", "не обычный файл")));
}

TEST_F(DictionaryFolder, file_of_an_unknown_name_is_told_with_the_nearest_one) {
  write("status.csv", "code,name\n6,a\n");
  write("statuses.xml", exported(record("6", "a")));
  EXPECT_THAT(faults(), testing::UnorderedElementsAre(
                            fault("status.csv", "unknown_file", "возможно, нужен statuses.csv"),
                            fault("statuses.xml", "unknown_file", "dict load")));
}

}  // namespace
}  // namespace smev::elk
