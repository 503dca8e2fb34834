"""Rights in words: one line for each permission and for each relation, as users call them.

A permission finishes the sentence "Đồng chí được …"; a relation is a sentence about the seat's organisation
(`seat`) and the one that answers for the thing (`owner`). A test fails where a line is missing.
"""

from collections.abc import Mapping

from workflows.access import permissions as p

PERMISSION_WORDS: Mapping[str, str] = {
    "desk.see": "mở bàn làm việc của mình",
    "task.see": "xem bước này",
    "task.complete": "làm bước này",
    "task.confirm": "xác nhận biểu quyết ở bước này",
    "case.see": "xem hồ sơ này",
    "case.comment": "trao đổi về hồ sơ này",
    "task.comment": "trao đổi ở bước này",
    "case.read_texts": "mở nội dung đã mã hóa của hồ sơ",
    "task.read_texts": "mở nội dung đã mã hóa cần cho bước này",
    "cases.list": "xem danh sách hồ sơ",
    "case.interrupt": "đưa hồ sơ ra khỏi bước hiện tại",
    "case.extend": "gia hạn",
    "case.grant": "gia hạn bằng văn bản của cấp trên",
    "vote.correct": "đính chính số phiếu",
    "case.helper_lost": "ghi người giúp đỡ không còn giúp được",
    "students.list": "xem danh sách học sinh, sinh viên",
    "student.see": "xem học sinh, sinh viên này",
    "student.reveal": "mở thông tin đã mã hóa của học sinh, sinh viên",
    "students.import": "nhập danh sách học sinh, sinh viên",
    "cases.adopt": "nhập hồ sơ giấy đang dở",
    "adoption.take": "nhập hồ sơ giấy của chi bộ này",
    "upload.take": "nhập danh sách đã tải lên",
    "pool.propose": "đưa vào nguồn",
    "pool.leave": "đưa ra khỏi nguồn",
    "pool.confirm": "xác nhận danh sách nguồn",
    "student.nominate": "mở hồ sơ kết nạp",
    "bulk.list": "làm cùng lúc nhiều người",
    "bulk.use": "làm tiếp danh sách này",
    "meetings.list": "xem các cuộc họp",
    "meeting.plan": "lập cuộc họp",
    "meeting.see": "xem cuộc họp này",
    "meeting.keep": "ghi cuộc họp này",
    "meeting.confirm": "xác nhận biểu quyết của cuộc họp",
    "organisations.list": "xem các tổ chức",
    "organisation.see": "xem tổ chức này",
    "organisation.work": "xem danh sách đảng viên và công việc của tổ chức này",
    "organisation.members": "sửa danh sách đảng viên của tổ chức này",
    "organisation.change": "quản trị tổ chức này",
    "institutions.list": "xem các trường",
    "institution.change": "sửa thông tin trường này",
    "users.list": "xem các tài khoản",
    "user.see": "xem tài khoản này",
    "user.manage": "quản lý tài khoản này",
    "user.seats": "giao và cho thôi chức vụ của tài khoản này",
    "deputies.own": "cử người thay mình",
    "administration.log": "xem nhật ký quản trị",
    "mandates.list": "xem các ủy nhiệm kiểm tra",
    "mandate.give": "ghi ủy nhiệm kiểm tra",
    "mandate.end": "kết thúc ủy nhiệm này",
    "mandated.list": "xem các hồ sơ theo ủy nhiệm",
    "glass.list": "xem các lần mở khẩn",
    "glass.open": "mở khẩn một hồ sơ",
    "glass.see": "xem lần mở khẩn này",
    "glass.end": "kết thúc lần mở khẩn này",
    "glass.review": "kết luận về lần mở khẩn này",
    "case.readings": "xem ai đã đọc hồ sơ này",
    "own_file.see": "xem hồ sơ của mình",
    "own_file.ask": "đề nghị về hồ sơ của mình",
    "own_file.take_back": "thu lại đề nghị của mình",
    "own_file.hand_in": "báo đã viết xong giấy tờ",
    "requests.list": "xem đề nghị của học sinh, sinh viên",
    "correction.decide": "giải quyết đề nghị sửa thông tin",
    "student.account": "cấp tài khoản cho học sinh, sinh viên này",
    "consent.withdraw": "ghi việc rút lại sự đồng ý",
    "erasure.ask": "đề nghị xóa dữ liệu cá nhân",
    "erasure.see": "xem đề nghị xóa dữ liệu này",
    "erasure.decide": "quyết định việc xóa dữ liệu cá nhân",
    "case.verifications": "xem kết quả thẩm tra lý lịch",
    "calendar.change": "sửa lịch làm việc",
    "calendar.list": "xem lịch làm việc",
    "rules.list": "xem quy định",
    "operations.see": "xem tình trạng chương trình",
    "channels.manage": "cho phép gửi tin ra ngoài",
    "sandbox.move": "chuyển ngày của hộp cát",
    "mentees.list": "xem ai được ai giúp đỡ",
    "student.left": "ghi học sinh, sinh viên rời trường",
}

# Relation → kind of thing → sentence; "" is for every other kind.
RELATION_WORDS: Mapping[str, Mapping[str, str]] = {
    p.OWN: {
        "Case": "{seat} đang quản lý hồ sơ này.",
        "Task": "{seat} là nơi phải làm bước này.",
        "Vote": "{seat} là nơi đã biểu quyết.",
        "": "Việc này thuộc {seat}.",
    },
    p.SCHOOL: {"": "{seat} là tổ chức của trường nơi học sinh, sinh viên này đang học."},
    p.SUPERIOR: {
        "Case": "{seat} là cơ quan cấp trên của {owner}, nơi đang quản lý hồ sơ.",
        "Task": "{seat} là cơ quan cấp trên của {owner}, nơi phải làm bước này.",
        "": "{seat} là cơ quan cấp trên của {owner}.",
    },
    p.ANSWERING: {"": "{seat} còn phải trả lời một việc trong hồ sơ này."},
    p.DECIDING: {"": "{seat} có thẩm quyền quyết định, hoặc giúp việc cho nơi quyết định."},
    p.RECEIVER: {"": "{seat} nhận văn bản và ghi thay cho {owner}."},
    p.FORMER: {"": "{seat} từng quản lý hồ sơ này; hồ sơ đã chuyển đi."},
    p.SHARED: {"": "Tài khoản này giữ chức vụ ở {seat} hoặc cấp dưới, và ở cả nơi khác."},
    p.MANDATE: {
        "": "Theo ủy nhiệm số {number} ngày {day}, đến hết ngày {until}; chỉ xem, mỗi lần xem đều ghi lại."
    },
    p.GLASS: {"": "Đồng chí đã mở khẩn hồ sơ này, đến {until}; chỉ xem, mỗi lần xem đều ghi lại."},
    p.GLASS_TEXTS: {"": "Đồng chí đã mở khẩn hồ sơ này, đến {until}; mỗi lần mở nội dung đều ghi lại."},
    p.SELF: {"": "Đây là thông tin của chính bạn."},
    p.MAKER: {"": "Danh sách này do chính đồng chí lập."},
}


def relation_sentence(relation: str, kind: str) -> str:
    words = RELATION_WORDS[relation]
    return words.get(kind, words[""])
